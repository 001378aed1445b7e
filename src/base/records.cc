// SPDX-License-Identifier: MIT
#include "base/records.h"

#include <algorithm>
#include <charconv>

#include "base/digest.h"

namespace psbc::base {
namespace {

constexpr std::string_view seal_word = "end\t";
constexpr std::size_t seal_size = seal_word.size() + 64 + 1;

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

void append_plain(std::string& out, std::string_view field) {
  for (;;) {
    const std::size_t at = field.find('\\');
    out += field.substr(0, at);
    if (at == std::string_view::npos) return;
    field.remove_prefix(at);
    if (field.size() > 3 && field[1] == 'x') {
      unsigned byte = 0;
      std::from_chars(field.data() + 2, field.data() + 4, byte, 16);
      out += static_cast<char>(byte);
      field.remove_prefix(4);
    } else {
      out += '\\';
      field.remove_prefix(std::min<std::size_t>(2, field.size()));
    }
  }
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
  const std::string digest = base::digest(text_);
  text_ += seal_word;
  text_ += digest;
  text_ += '\n';
  return std::move(text_);
}

RecordReader::RecordReader(std::string_view text, std::string_view word, int version) {
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
  if (seal.substr(seal_word.size(), 64) != base::digest(sealed)) return;
  state_ = RecordsState::whole;
  left_ = sealed.substr(line_end + 1);
}

bool RecordReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  if (left_.empty()) return false;
  const std::size_t line_end = left_.find('\n'); // there is one: the seal follows a line break
  std::string_view line = left_.substr(0, line_end);
  left_.remove_prefix(line_end + 1);
  plain_.clear();
  plain_.reserve(line.size()); // it never moves: what is escaped is longer than what it stands for
  for (;;) {
    const std::size_t tab = line.find('\t');
    std::string_view field = line.substr(0, tab);
    if (field.find('\\') != std::string_view::npos) {
      const std::size_t start = plain_.size();
      append_plain(plain_, field);
      field = std::string_view(plain_).substr(start);
    }
    fields.push_back(field);
    if (tab == std::string_view::npos) return true;
    line.remove_prefix(tab + 1);
  }
}

} // namespace psbc::base
