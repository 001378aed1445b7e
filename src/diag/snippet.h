// SPDX-License-Identifier: MIT
// A snippet is the part of a rendered diagnostic that shows source: the lines that carry labels, as
// rows of styled text without gutter, so that the same picture can be printed with or without colour.
#pragma once

#include <string>
#include <vector>

#include "diag/diagnostic.h"

namespace psbc::diag {

enum class Style : std::uint8_t { plain, primary, secondary };

struct Piece {
  std::string text;
  Style style = Style::plain;
};

struct Row {
  enum class Kind : std::uint8_t {
    source, // a line of the file
    marks,  // carets and label texts below it
    gap,    // lines that are left out
  };
  Kind kind = Kind::marks;
  std::uint32_t line = 0; // for source
  std::vector<Piece> pieces = {};
};

/// All labels must lie in `file`. No source row is wider than `columns`.
std::vector<Row> draw_snippet(const SourceFile& file, const std::vector<Label>& labels, int columns);

} // namespace psbc::diag
