// SPDX-License-Identifier: MIT
#include "base/records.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace psbc::base {
namespace {

constexpr std::string_view seal_word = "end\t";
constexpr std::size_t seal_size = seal_word.size() + 16 + 1;

void append_escaped(std::string& out, std::string_view field) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : field) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      out += "\\\\";
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

/// Replaces each escape in `field` by its byte; what is left of the field.
std::string_view unescape(std::span<char> field) {
  const auto end = field.end();
  auto from = std::find(field.begin(), end, '\\'), to = from;
  while (from != end) {
    if (*from != '\\') {
      *to++ = *from++;
    } else if (end - from > 3 && from[1] == 'x') {
      unsigned byte = 0;
      std::from_chars(&from[2], &from[2] + 2, byte, 16);
      *to++ = static_cast<char>(byte);
      from += 4;
    } else {
      *to++ = '\\';
      from += std::min<std::ptrdiff_t>(2, end - from);
    }
  }
  return {field.data(), static_cast<std::size_t>(to - field.begin())};
}

/// Eight bytes at a time, because an unchanged build consists of reading: BLAKE2b took a tenth of it. Each step is a
/// bijection of the state, so that one changed word always shows; several hide each other once in 2^64.
std::string checksum(std::string_view bytes) {
  constexpr std::uint64_t prime = 0x9e3779b97f4a7c15; // 2^64 divided by the golden ratio
  std::uint64_t state = bytes.size() * prime;
  const auto mix = [&](std::uint64_t word) {
    state = (state ^ word) * prime;
    state ^= state >> 29U;
  };
  for (; bytes.size() >= sizeof state; bytes.remove_prefix(sizeof state)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    mix(word);
  }
  std::uint64_t last = 0;
  std::memcpy(&last, bytes.data(), bytes.size());
  mix(last);
  char digits[17];
  const auto end = std::to_chars(digits, digits + 16, state, 16).ptr;
  const std::string text(digits, end);
  return std::string(16 - text.size(), '0') + text;
}

} // namespace

RecordWriter::RecordWriter(std::string_view word, int version) {
  text_ = "psbc ";
  text_ += word;
  text_ += ' ';
  text_ += std::to_string(version);
  text_ += '\n';
}

void RecordWriter::add(std::initializer_list<std::string_view> fields) {
  bool first = true;
  for (const std::string_view field : fields) {
    if (!first) text_ += '\t';
    first = false;
    append_escaped(text_, field);
  }
  text_ += '\n';
}

std::string RecordWriter::finish() && {
  const std::string sum = checksum(text_);
  text_ += seal_word;
  text_ += sum;
  text_ += '\n';
  return std::move(text_);
}

RecordReader::RecordReader(std::span<char> bytes, std::string_view word, int version) {
  const std::string_view text(bytes.data(), bytes.size());
  const std::string prefix = "psbc " + std::string(word) + " ";
  const std::size_t line_end = text.find('\n');
  if (line_end == std::string_view::npos || !text.starts_with(prefix)) return;
  int found = 0;
  const char* digits_end = text.data() + line_end;
  const auto parsed = std::from_chars(text.data() + prefix.size(), digits_end, found);
  if (parsed.ec != std::errc() || parsed.ptr != digits_end) return;
  if (found > version) {
    // Its seal may look different: nothing more can be said about it.
    state_ = RecordsState::newer;
    return;
  }
  if (found != version || text.size() < line_end + 1 + seal_size) return;
  const std::string_view sealed = text.substr(0, text.size() - seal_size);
  const std::string_view seal = text.substr(sealed.size());
  if (sealed.back() != '\n' || !seal.starts_with(seal_word) || seal.back() != '\n') return;
  if (seal.substr(seal_word.size(), seal_size - seal_word.size() - 1) != checksum(sealed)) return;
  state_ = RecordsState::whole;
  left_ = bytes.subspan(line_end + 1, sealed.size() - line_end - 1);
}

bool RecordReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  if (left_.empty()) return false;
  // By memchr, which looks at 32 bytes at a time; there is a line break: the seal follows one.
  const auto at = [](std::span<char> bytes, char c) { return static_cast<char*>(std::memchr(bytes.data(), c, bytes.size())); };
  std::span<char> line(left_.data(), at(left_, '\n'));
  left_ = left_.subspan(line.size() + 1);
  const bool has_escapes = at(line, '\\') != nullptr;
  for (;;) {
    char* const tab = at(line, '\t');
    const std::span<char> field(line.data(), tab != nullptr ? tab : line.data() + line.size());
    fields.push_back(has_escapes ? unescape(field) : std::string_view(field.data(), field.size()));
    if (tab == nullptr) return true;
    line = line.subspan(field.size() + 1);
  }
}

} // namespace psbc::base
