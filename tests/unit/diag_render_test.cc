// SPDX-License-Identifier: MIT
#include "diag/render.h"

#include <algorithm>

#include "base/text.h"
#include "support/catch.h"

using namespace psbc::diag;

namespace {

Label label(const SourceFile& file, std::string_view what, std::string text, bool primary = true) {
  const auto begin = file.text().find(what);
  REQUIRE(begin != std::string::npos);
  return {.span = {&file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + what.size())},
          .text = std::move(text),
          .primary = primary};
}

Label at(const SourceFile& file, std::size_t begin, std::size_t end, std::string text = {}) {
  return {.span = {&file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
          .text = std::move(text)};
}

/// The picture without the header line, from a line break on, so that tests read as they print.
std::string picture(std::vector<Label> labels, int width = 100) {
  const auto text =
      render({.code = Code::unknown_key, .message = "m", .labels = std::move(labels)}, {.width = width});
  return text.substr(text.find('\n'));
}

} // namespace

TEST_CASE("a diagnostic is message, place, source, notes and help") {
  const SourceFile file(".python-sandbox.toml", "name = \"lab\"\n\nreadonyl = [\"~/x\"]\n");
  const Diagnostic diagnostic{.code = Code::unknown_key,
                              .message = "unknown key `readonyl`",
                              .labels = {label(file, "readonyl", "not known here")},
                              .notes = {"known keys: name, readonly"},
                              .help = {"did you mean `readonly`?\nor `writable`?"}};
  CHECK(render(diagnostic, {}) == R"(error[PSB002] unknown-key: unknown key `readonyl`
  --> .python-sandbox.toml:3:1
   |
 3 | readonyl = ["~/x"]
   | ^^^^^^^^ not known here
   |
   = note: known keys: name, readonly
   = help: did you mean `readonly`?
           or `writable`?

)");
}

TEST_CASE("a diagnostic without a place has no frame") {
  CHECK(render({.code = Code::firejail_unusable, .message = "no firejail", .notes = {"n"}, .help = {"h"}},
               {}) == "error[PSB801] firejail-unusable: no firejail\n   = note: n\n   = help: h\n\n");
  CHECK(render({.code = Code::dead_hide, .severity = Severity::warning, .message = "m"}, {}) ==
        "warning[PSB301] dead-hide: m\n\n");
  CHECK(render({.code = Code::hide_missing, .severity = Severity::info, .message = "m", .labels = {Label{}}},
               {}) == "info[PSB302] hide-missing: m\n\n");
}

TEST_CASE("several labels on a line: the rightmost text follows its carets, the others hang") {
  const SourceFile file("f", "name = \"lab\"\n");
  CHECK(picture({label(file, "\"lab\"", "here"), label(file, "name", "first", false)}) == R"(
  --> f:1:8
   |
 1 | name = "lab"
   | ----   ^^^^^ here
   | |
   | first

)");
  CHECK(picture({label(file, "name", "one"), label(file, "=", "two", false),
                 label(file, "\"lab\"", "three", false)}) == R"(
  --> f:1:1
   |
 1 | name = "lab"
   | ^^^^ - ----- three
   | |    |
   | |    two
   | one

)");
  CHECK(picture({label(file, "name", ""), label(file, "\"lab\"", "", false)}) == R"(
  --> f:1:1
   |
 1 | name = "lab"
   | ^^^^   -----

)");
}

TEST_CASE("overlapping labels: the primary's carets win and no text is lost") {
  const SourceFile file("f", "name = \"lab\"\n");
  CHECK(picture({label(file, "=", "here"), label(file, "name = \"lab\"", "in this", false)}) == R"(
  --> f:1:6
   |
 1 | name = "lab"
   | -----^------
   | |    |
   | |    here
   | in this

)");
  CHECK(picture({label(file, "name", "a"), label(file, "name", "b", false)}) == R"(
  --> f:1:1
   |
 1 | name = "lab"
   | ^^^^ b
   | |
   | a

)");
}

TEST_CASE("labels on several lines: one line between is shown, more are left out") {
  const SourceFile file("f", "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6\n");
  CHECK(picture({label(file, "f = 6", "again"), label(file, "a", "first", false),
                 label(file, "c", "then", false)}) == R"(
  --> f:6:1
   |
 1 | a = 1
   | - first
 2 | b = 2
 3 | c = 3
   | - then
...
 6 | f = 6
   | ^^^^^ again

)");
}

TEST_CASE("labels in another file get a block of their own") {
  const SourceFile project("p.toml", "hidden = [\"x\"]\n");
  const SourceFile user("u.toml", "\n\nreadonly = [\"x\"]\n");
  const Diagnostic diagnostic{
      .code = Code::hide_and_expose,
      .message = "m",
      .labels = {label(user, "\"x\"", "exposed here", false), label(project, "\"x\"", "hidden here")},
      .help = {"remove one"}};
  CHECK(render(diagnostic, {}) == R"(error[PSB304] hide-and-expose: m
  --> p.toml:1:11
   |
 1 | hidden = ["x"]
   |           ^^^ hidden here
   |
  ::: u.toml:3:13
   |
 3 | readonly = ["x"]
   |             --- exposed here
   |
   = help: remove one

)");
}

TEST_CASE("the gutter grows with the line number") {
  const SourceFile file("f", std::string(1233, '\n') + "x = 1\n");
  CHECK(picture({label(file, "x", "here")}) == R"(
    --> f:1234:1
     |
1234 | x = 1
     | ^ here

)");
}

TEST_CASE("carets stand below what they mean: tabs, wide and combining characters") {
  const SourceFile tabs("f", "\ta\t= 1\n");
  CHECK(picture({label(tabs, "=", "here")}) == R"(
  --> f:1:4
   |
 1 |     a    = 1
   |          ^ here

)");
  CHECK(picture({label(tabs, "\t=", "tab")}) == R"(
  --> f:1:3
   |
 1 |     a    = 1
   |      ^^^^^ tab

)");
  const SourceFile wide("f", "n = [\"中文\", \"x\"]\n");
  CHECK(picture({label(wide, "\"x\"", "here"), label(wide, "文", "wide", false)}) == R"(
  --> f:1:12
   |
 1 | n = ["中文", "x"]
   |         --   ^^^ here
   |         |
   |         wide

)");
  const SourceFile combining("f", "n = \"e\u0301\u0308x\"\n"); // as decomposed file names on a Mac
  CHECK(picture({label(combining, "x", "here"), label(combining, "\u0301", "with its letter", false)}) ==
        "\n  --> f:1:9\n   |\n 1 | n = \"e\u0301\u0308x\"\n   |      -^ here\n   |      |\n   |      with "
        "its letter\n\n");
}

TEST_CASE("control and bidirectional characters are shown escaped, and the carets still fit") {
  const SourceFile file("f\x1b[31m", "n = \"a\u202e\x1b[2J\xff\", x\n");
  CHECK(picture({label(file, "x\n", "here"), label(file, "\x1b", "", false),
                 label(file, "\u202e", "", false)}) == R"(
  --> f\x1b[31m:1:16
   |
 1 | n = "a\u{202e}\x1b[2J\xff", x
   |       ------------          ^ here

)");
}

TEST_CASE("texts of a diagnostic cannot carry escape sequences to the terminal") {
  const SourceFile file("f", "x\n");
  const auto text = render({.code = Code::unknown_key,
                            .message = "m\x1b[0m\n",
                            .labels = {at(file, 0, 1, "l\x1b\u202e")},
                            .notes = {"n\x1b"},
                            .help = {"h\r"}},
                           {});
  CHECK(std::none_of(text.begin(), text.end(), [](char c) { return c == '\x1b' || c == '\r'; }));
  CHECK(text.find("m\\x1b[0m\\n\n") != std::string::npos);
  CHECK(text.find("^ l\\x1b\\u{202e}\n") != std::string::npos);
}

TEST_CASE("CRLF, empty lines and the end of the file have a place for the caret") {
  const SourceFile file("f", "a = 1\r\n\r\nb = \"\r\n");
  CHECK(picture({at(file, 4, 5, "one")}) == "\n  --> f:1:5\n   |\n 1 | a = 1\n   |     ^ one\n\n");
  CHECK(picture({at(file, 5, 6, "line break")}) ==
        "\n  --> f:1:6\n   |\n 1 | a = 1\n   |      ^ line break\n\n");
  CHECK(picture({at(file, 7, 7, "empty")}) == "\n  --> f:2:1\n   |\n 2 |\n   | ^ empty\n\n");
  CHECK(picture({at(file, 16, 16, "end")}) == "\n  --> f:4:1\n   |\n 4 |\n   | ^ end\n\n");
  CHECK(picture({at(file, 999, 1999, "beyond")}) == "\n  --> f:4:1\n   |\n 4 |\n   | ^ beyond\n\n");

  const SourceFile unfinished("f", "a = ");
  CHECK(picture({at(unfinished, 4, 4, "a value")}) ==
        "\n  --> f:1:5\n   |\n 1 | a =\n   |     ^ a value\n\n");
  CHECK(picture({at(SourceFile("f", ""), 0, 0)}) == "\n  --> f:1:1\n   |\n 1 |\n   | ^\n\n");
}

TEST_CASE("a span of several lines is shown on its first") {
  const SourceFile file("f", "n = [\n  1,\n]\n");
  CHECK(picture({at(file, 4, 12, "this list")}) ==
        "\n  --> f:1:5\n   |\n 1 | n = [\n   |     ^ this list\n\n");
  CHECK(picture({at(file, 5, 12, "rest")}) == "\n  --> f:1:6\n   |\n 1 | n = [\n   |      ^ rest\n\n");
}

TEST_CASE("a long line is cut around its labels") {
  std::string text = "n = [";
  for (int i = 100; i < 700; ++i) text += "\"" + std::to_string(i) + "\", ";
  text += "]\n";
  const SourceFile file("f", text);
  CHECK(picture({label(file, "\"400\"", "this one")}, 60) == R"(
  --> f:1:2106
   |
 1 | ...", "398", "399", "400", "401", "402", "403", "404...
   |                     ^^^^^ this one

)");
  CHECK(picture({label(file, "\"400\"", "this one"), label(file, "\"402\"", "that one", false)}, 60) == R"(
  --> f:1:2106
   |
 1 | ...", "399", "400", "401", "402", "403", "404", "405...
   |              ^^^^^         ----- that one
   |              |
   |              this one

)");
  CHECK(picture({label(file, "\"400\"", "this one"), label(file, "\"600\"", "that one", false)}, 60) == R"(
  --> f:1:2106
   |
 1 | ...", "398", "399", "400", "401", "402", "403", "404...
   |                     ^^^^^ this one
 1 | ...", "598", "599", "600", "601", "602", "603", "604...
   |                     ----- that one

)");
  CHECK(picture({label(file, "n", "start")}, 60) == R"(
  --> f:1:1
   |
 1 | n = ["100", "101", "102", "103", "104", "105", "106"...
   | ^ start

)");
  CHECK(picture({label(file, "]", "not closed")}, 60) == R"(
  --> f:1:4206
   |
 1 | ...94", "695", "696", "697", "698", "699", ]
   |                                            ^ not closed

)");
  CHECK(picture({at(file, 4, text.size() - 1, "all of this")}, 60) == R"(
  --> f:1:5
   |
 1 | ...["100", "101", "102", "103", "104", "105", "106",...
   |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |    |
   |    all of this

)");
}

TEST_CASE("no row is wider than the screen, and each label is seen, wherever it stands on a long line") {
  for (const std::string_view unit : {"a", "é", "中", "\t", "\x1b", "e\u0301", "\u202e", "ab中\t"}) {
    std::string line;
    while (line.size() < 4096) line += unit;
    const SourceFile file("f", line + "\n");
    for (std::size_t begin = 0; begin <= line.size(); begin += 97) {
      for (const std::size_t length : {0U, 1U, 50U, 5000U}) {
        const auto text = picture({at(file, begin, std::min(begin + length, line.size()), "label")}, 72);
        CAPTURE(begin, length, text);
        REQUIRE(text.find('^') != std::string::npos);
        REQUIRE(text.find("label") != std::string::npos);
        for (const auto row : psbc::base::split(text, '\n')) {
          int width = 0;
          for (std::size_t i = 0; i < row.size();) {
            const auto c = psbc::base::decode_utf8(row, i);
            width += psbc::base::display_width(c.value);
            i += c.size;
          }
          REQUIRE(width <= 72);
          REQUIRE_FALSE(row.ends_with(' '));
        }
      }
    }
  }
}

TEST_CASE("colour changes nothing but colour") {
  const SourceFile file("f", "name = \"lab\"\n");
  const Diagnostic diagnostic{.code = Code::unknown_key,
                              .message = "m",
                              .labels = {label(file, "\"lab\"", "here"), label(file, "name", "first", false)},
                              .notes = {"n"}};
  const auto colored = render(diagnostic, {.color = true});
  std::string stripped;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b')
      i = colored.find('m', i);
    else
      stripped += colored[i];
  }
  CHECK(stripped == render(diagnostic, {}));
  CHECK(colored.starts_with("\x1b[1;31merror[PSB002]\x1b[0m\x1b[1m unknown-key: m\x1b[0m\n"));
  CHECK(colored.find("\x1b[1;31m^^^^^\x1b[0m \x1b[1;31mhere\x1b[0m\n") != std::string::npos);
}

TEST_CASE("all diagnostics come in order, with one line that counts them") {
  Diagnostics diagnostics;
  CHECK(render(diagnostics, {}).empty());
  diagnostics.add({.code = Code::wrong_type, .message = "b"});
  CHECK(render(diagnostics, {}) == "error[PSB003] wrong-type: b\n\n1 error\n");
  diagnostics.add({.code = Code::dead_hide, .severity = Severity::warning, .message = "w"});
  diagnostics.add({.code = Code::unknown_key, .message = "a"});
  CHECK(render(diagnostics, {}) == "error[PSB002] unknown-key: a\n\nerror[PSB003] wrong-type: b\n\n"
                                   "warning[PSB301] dead-hide: w\n\n2 errors, 1 warning\n");
}
