// SPDX-License-Identifier: MIT
// Text that comes from a repository is never printed as it is: a name may hold escape sequences,
// bidirectional overrides or zero-width characters (THREATS D9, E2).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::base {

/// One code point of a UTF-8 string. `valid` is false for a byte that is not part of one: it counts
/// as one code point of one byte.
struct CodePoint {
  char32_t value = 0;
  std::size_t offset = 0;
  std::size_t size = 1;
  bool valid = true;
};
CodePoint decode_utf8(std::string_view text, std::size_t offset);
bool is_valid_utf8(std::string_view text);
void append_utf8(std::string& out, char32_t code_point);

/// C0, C1, DEL, bidirectional controls, zero-width and other default-ignorable characters.
bool is_unsafe_to_print(char32_t code_point);
/// Columns on a terminal: 0 for combining marks, 2 for wide East Asian characters and emoji.
int display_width(char32_t code_point);

/// `text` with everything unsafe shown as `\u{202e}`, `\x1b`, `\n`, `\t`. Valid printable UTF-8 stays.
std::string escape(std::string_view text);

/// Damerau-Levenshtein distance; `_`, `-` and case cost nothing.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The nearest of `candidates`, when near enough to be meant (distance <= max(1, length / 3)).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// What stands before the first line break.
std::string_view first_line(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);

} // namespace psbc::base
