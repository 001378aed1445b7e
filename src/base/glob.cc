// SPDX-License-Identifier: MIT
#include "base/glob.h"

#include <cstddef>
#include <vector>

#include "base/text.h"

namespace psbc::base {
namespace {

/// Matches `c` against the class that starts behind `[`. Sets `at` behind the `]`; an unclosed class
/// is a literal `[`.
bool matches_class(std::string_view pattern, std::size_t& at, char c) {
  const auto byte = [](char x) { return static_cast<unsigned char>(x); };
  std::size_t i = at;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true;; first = false) {
    if (i >= pattern.size()) return c == '[';
    if (pattern[i] == ']' && !first) break;
    const char low = pattern[i];
    char high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      high = pattern[i + 2];
      i += 2;
    }
    ++i;
    found = found || (byte(low) <= byte(c) && byte(c) <= byte(high));
  }
  at = i + 1;
  return found != negated;
}

} // namespace

bool has_glob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

std::string literal_glob(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '*' || c == '?' || c == '[' ? std::string{'[', c, ']'} : std::string(1, c);
  return out;
}

bool matches_component(std::string_view pattern, std::string_view name) {
  // Backtracks to the last `*` only, so the time is at most pattern length x name length.
  std::size_t p = 0, n = 0;
  std::size_t star = std::string_view::npos, star_n = 0;
  for (;;) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_n = n;
      continue;
    }
    if (n == name.size()) {
      if (p == pattern.size()) return true;
    } else if (p < pattern.size()) {
      std::size_t next = p + 1;
      const bool hit = pattern[p] == '?'   ? true
                       : pattern[p] == '[' ? matches_class(pattern, next, name[n])
                                           : pattern[p] == name[n];
      if (hit) {
        p = next;
        ++n;
        continue;
      }
    }
    if (star == std::string_view::npos || star_n == name.size()) return false;
    p = star + 1;
    n = ++star_n;
  }
}

bool matches_path(std::string_view pattern, std::string_view path, Trailing trailing) {
  std::vector<std::string_view> parts = split(pattern, '/');
  const std::vector<std::string_view> names = split(path, '/');
  if (trailing == Trailing::below && parts.back() == "**") parts.insert(parts.end() - 1, "*"); // at least one
  // As above, with `**` for `*`: back to the last one only, or a pattern of a hundred of them would never end.
  std::size_t p = 0, n = 0;
  std::size_t star = parts.size(), star_n = 0;
  for (;;) {
    if (p < parts.size() && parts[p] == "**") {
      star = p++;
      star_n = n;
      continue;
    }
    if (n == names.size() && p == parts.size()) return true;
    if (n < names.size() && p < parts.size() && matches_component(parts[p], names[n])) {
      ++p;
      ++n;
      continue;
    }
    if (star == parts.size() || star_n == names.size()) return false;
    p = star + 1;
    n = ++star_n;
  }
}

} // namespace psbc::base
