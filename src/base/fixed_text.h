// SPDX-License-Identifier: MIT
// Text inside of a row of a constant table, instead of a pointer to it. psbc is one static file that is loaded
// anywhere: a page with pointers must be copied and corrected at each start, used or not, which takes longer than
// four system calls. What a table with thousands of pointers costs is a tenth of an unchanged build.
#pragma once

#include <cstddef>
#include <string_view>

namespace psbc::base {

/// At most `capacity` bytes; a longer literal does not compile.
template <std::size_t capacity>
class FixedText {
 public:
  consteval FixedText() = default;
  consteval FixedText(const char* literal) { // NOLINT: rows are written as literals
    for (const std::string_view text = literal; size_ < text.size(); ++size_) bytes_[size_] = text[size_];
  }
  FixedText(std::nullptr_t) = delete;
  constexpr operator std::string_view() const { return {bytes_, size_}; } // NOLINT
  constexpr std::string_view view() const { return *this; }
  constexpr bool empty() const { return size_ == 0; }
  friend constexpr bool operator==(const FixedText& text, std::string_view other) { return text.view() == other; }

 private:
  char bytes_[capacity] = {};
  std::size_t size_ = 0;
};

} // namespace psbc::base
