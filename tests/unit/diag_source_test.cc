// SPDX-License-Identifier: MIT
#include "diag/source.h"

#include "support/catch.h"

using psbc::diag::Position;
using psbc::diag::SourceFile;

TEST_CASE("lines end with LF or CRLF, and the text after the last one is a line") {
  const SourceFile file("f", "a\r\nbb\n\nc\rd");
  REQUIRE(file.line_count() == 4);
  CHECK(file.line(1) == "a");
  CHECK(file.line(2) == "bb");
  CHECK(file.line(3).empty());
  CHECK(file.line(4) == "c\rd"); // a lone CR ends no line
  CHECK(file.line_start(2) == 3);

  CHECK(SourceFile("f", "").line_count() == 1);
  CHECK(SourceFile("f", "").line(1).empty());
  CHECK(SourceFile("f", "a\n").line_count() == 2);
  CHECK(SourceFile("f", "a\n").line(2).empty());
}

TEST_CASE("columns are code points, and offsets are bytes") {
  const SourceFile file("f", "né = 中\r\nx\xff"
                             "y\n");
  struct Row {
    std::uint32_t offset, line, column;
  };
  const std::vector<Row> rows{
      {0, 1, 1},  {1, 1, 2},  {3, 1, 3},  {6, 1, 6},  {9, 1, 7},
      {11, 2, 1}, {12, 2, 2}, {13, 2, 3}, {14, 2, 4}, {15, 3, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(row.offset);
    const auto position = file.position(row.offset);
    CHECK(position.line == row.line);
    CHECK(position.column == row.column);
    CHECK(file.offset(position) == row.offset);
  }
}

TEST_CASE("positions and offsets outside of the file are those of its edges") {
  const SourceFile file("f", "é\nab");
  CHECK(file.position(99).line == 2);
  CHECK(file.position(99).column == 3);
  CHECK(file.position(1).column == 1); // in the middle of é
  CHECK(file.offset(Position{1, 99}) == 2);
  CHECK(file.offset(Position{99, 1}) == 3);
  CHECK(file.offset(Position{0, 0}) == 0);
}
