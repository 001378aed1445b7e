// SPDX-License-Identifier: MIT
#include "base/text.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/width_table.h"

namespace psbc::base {
namespace {

// Sorted. Default-ignorable code points, bidirectional controls, and what else leaves no mark on the
// screen but changes what is read: U+2028 and U+2029 end a line for some viewers, U+FFF9..U+FFFB hide
// text between them, U+2800 and U+3164 look like a blank.
constexpr CodePointRange unsafe_ranges[] = {
    {0x0000, 0x001f},   {0x007f, 0x009f},   {0x00ad, 0x00ad}, {0x034f, 0x034f}, {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x17b4, 0x17b5},   {0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e},
    {0x2060, 0x206f},   {0x2800, 0x2800},   {0x3164, 0x3164}, {0xd800, 0xdfff}, {0xfe00, 0xfe0f},
    {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

template <std::size_t N>
bool contains(const CodePointRange (&ranges)[N], char32_t c) {
  const auto* after =
      std::upper_bound(std::begin(ranges), std::end(ranges), c,
                       [](char32_t value, const CodePointRange& range) { return value < range.first; });
  return after != std::begin(ranges) && c <= std::prev(after)->last;
}

unsigned byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

void append_hex(std::string& out, char32_t value, int min_digits) {
  constexpr std::string_view digits = "0123456789abcdef";
  bool started = false;
  for (int shift = 28; shift >= 0; shift -= 4) {
    const auto digit = (value >> static_cast<unsigned>(shift)) & 0xfU;
    started = started || digit != 0 || shift < 4 * min_digits;
    if (started) out += digits[digit];
  }
}

/// What a person meant to type: without case, `_` and `-`.
std::u32string folded(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = decode_utf8(text, i);
    i += c.size;
    if (c.value == U'_' || c.value == U'-') continue;
    out += c.value < 0x80 ? static_cast<char32_t>(ascii_lower(static_cast<char>(c.value))) : c.value;
  }
  return out;
}

/// Optimal string alignment in three rows.
std::size_t distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before[j - 2] + 1);
    }
    std::swap(before, previous);
    std::swap(previous, current);
  }
  return previous[b.size()];
}

} // namespace

CodePoint decode_utf8(std::string_view text, std::size_t offset) {
  if (offset >= text.size()) return {.value = 0, .offset = offset, .size = 1, .valid = false};
  const unsigned lead = byte_at(text, offset);
  const CodePoint broken{.value = lead, .offset = offset, .size = 1, .valid = false};
  if (lead < 0x80) return {.value = lead, .offset = offset, .size = 1, .valid = true};

  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - offset < size) return broken;
  char32_t value = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned next = byte_at(text, offset + i);
    if ((next & 0xc0U) != 0x80U) return broken;
    value = (value << 6U) | (next & 0x3fU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000}; // by size: no overlong forms
  if (value < smallest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return broken;
  return {.value = value, .offset = offset, .size = size, .valid = true};
}

bool is_valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = decode_utf8(text, i);
    if (!c.valid) return false;
    i += c.size;
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((c >> shift) & 0x3fU)); };
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0U | (c >> 6U));
    tail(0);
  } else if (c < 0x10000) {
    out += static_cast<char>(0xe0U | (c >> 12U));
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0U | (c >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool is_unsafe_to_print(char32_t code_point) { return contains(unsafe_ranges, code_point); }

int display_width(char32_t code_point) {
  if (code_point >= 0x20 && code_point < 0x7f) return 1; // nearly all of every file
  if (code_point < 0xa0 || contains(zero_width_ranges, code_point)) return 0;
  return contains(wide_ranges, code_point) ? 2 : 1;
}

std::string escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto c = decode_utf8(text, i);
    if (c.valid && !is_unsafe_to_print(c.value)) {
      out += text.substr(i, c.size);
    } else if (c.valid && c.value == U'\n') {
      out += "\\n";
    } else if (c.valid && c.value == U'\t') {
      out += "\\t";
    } else if (c.valid && c.value == U'\r') {
      out += "\\r";
    } else if (!c.valid || c.value < 0x80) {
      out += "\\x";
      append_hex(out, c.value, 2);
    } else {
      out += "\\u{";
      append_hex(out, c.value, 1);
      out += '}';
    }
    i += c.size;
  }
  return out;
}

std::size_t edit_distance(std::string_view a, std::string_view b) { return distance(folded(a), folded(b)); }

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const auto wanted = folded(word);
  const std::size_t limit = std::max<std::size_t>(1, wanted.size() / 3);
  const std::string* best = nullptr;
  std::size_t best_distance = limit + 1;
  for (const auto& candidate : candidates) {
    const auto known = folded(candidate);
    const auto [shorter, longer] = std::minmax({wanted.size(), known.size()});
    if (longer - shorter >= best_distance) continue; // also keeps a 64 KiB "word" from costing anything
    const std::size_t d = distance(wanted, known);
    if (d < best_distance && (d == 0 || d < longer)) { // two words without a common letter are not near
      best = &candidate;
      best_distance = d;
    }
  }
  return best == nullptr ? std::string{} : *best;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

} // namespace psbc::base
