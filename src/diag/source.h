// SPDX-License-Identifier: MIT
// A SourceFile is the text of one file that a person wrote, and the map between byte offsets and
// what people call positions: 1-based lines, 1-based columns in code points (as toml++, ruff and
// SARIF's `unicodeCodePoints` count them).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::diag {

struct Position {
  std::uint32_t line = 1;   // 1-based
  std::uint32_t column = 1; // 1-based, in code points
};

class SourceFile {
 public:
  /// `name` is how messages call the file (a path as the user would type it).
  SourceFile(std::string name, std::string text);
  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  std::size_t line_count() const { return line_starts_.size(); }
  /// The text of a line without its line break (LF or CRLF).
  std::string_view line(std::uint32_t line) const;
  std::uint32_t line_start(std::uint32_t line) const { return line_starts_.at(line - 1); }
  Position position(std::uint32_t offset) const;
  /// Byte offset of a position; columns past the end give the end of the line.
  std::uint32_t offset(Position position) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::uint32_t> line_starts_;
};

} // namespace psbc::diag
