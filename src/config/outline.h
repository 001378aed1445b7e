// SPDX-License-Identifier: MIT
// An Outline is what a scanner sees of a TOML text that knows only strings, brackets and keys. It is made
// before toml++ runs, for four things that toml++ does not do: it bounds the depth (a dotted key of 32,000
// parts overflows toml++'s stack), it finds what is undefined behaviour there, it knows where a key was
// defined first, and it knows what was still open where the text breaks off. It is exact up to the first
// syntax error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace psbc::config {

struct Outline {
  /// One part of a key. The parts of `[[x]]` carry the number of the element.
  struct Part {
    std::string_view name; // without quotes, escapes not decoded
    std::size_t element = 0;
    bool operator==(const Part&) const = default;
  };
  enum class Defines : std::uint8_t { value, table, element };
  struct Key {
    Defines defines = Defines::value;
    std::vector<Part> path;  // from the root
    std::uint32_t begin = 0; // of what is written here: `b.c` of `[a]\nb.c = 1`
    std::uint32_t end = 0;
  };
  /// A string or bracket that was not closed at the end of the text, outermost first.
  struct Open {
    char kind = 0; // [ { " ' M (three ") m (three ')
    std::uint32_t offset = 0;
  };

  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  std::vector<Key> keys;    // in the order of the text
  std::vector<Range> texts; // closed strings and comments: only there TOML allows more than ASCII
  std::vector<Open> open;
  std::uint32_t value_begin = 0; // where the value of the last key starts
  bool too_deep = false;         // more parts or brackets than allowed at `stopped`
  bool bad_header = false;       // a `[` at `stopped` that no key follows
  std::uint32_t stopped = 0;     // where the scan ended, when one of these is true
};

Outline outline(std::string_view text, std::size_t max_depth);

} // namespace psbc::config
