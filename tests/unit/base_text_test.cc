// SPDX-License-Identifier: MIT
#include "base/text.h"

#include "support/catch.h"

using namespace psbc::base;
using namespace std::string_literals;

TEST_CASE("UTF-8 is decoded strictly, and a broken byte stands for itself") {
  struct Row {
    std::string bytes;
    char32_t value;
    std::size_t size;
    bool valid;
  };
  const std::vector<Row> rows{
      {"a", U'a', 1, true},
      {"\0"s, 0, 1, true},
      {"é", U'é', 2, true},
      {"€", U'€', 3, true},
      {"😀", U'😀', 4, true},
      {"\xf4\x8f\xbf\xbf", 0x10ffff, 4, true},
      {"\x80", 0x80, 1, false},             // a tail without a lead
      {"\xc3", 0xc3, 1, false},             // cut short
      {"\xe2\x82", 0xe2, 1, false},         // cut short
      {"\xc3(", 0xc3, 1, false},            // a lead without its tail
      {"\xc0\xaf", 0xc0, 1, false},         // overlong slash
      {"\xe0\x80\xaf", 0xe0, 1, false},     // overlong slash
      {"\xf0\x80\x80\xaf", 0xf0, 1, false}, // overlong slash
      {"\xed\xa0\x80", 0xed, 1, false},     // surrogate
      {"\xf4\x90\x80\x80", 0xf4, 1, false}, // above U+10FFFF
      {"\xff", 0xff, 1, false},
  };
  for (const auto& row : rows) {
    CAPTURE(escape(row.bytes));
    const auto c = decode_utf8(row.bytes, 0);
    CHECK(c.value == row.value);
    CHECK(c.size == row.size);
    CHECK(c.valid == row.valid);
    CHECK(is_valid_utf8(row.bytes) == row.valid);
  }
  CHECK(decode_utf8("aé", 1).offset == 1);
  CHECK_FALSE(decode_utf8("a", 1).valid); // past the end
  CHECK(is_valid_utf8(""));
}

TEST_CASE("every code point survives encoding and decoding") {
  for (char32_t c = 0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 251) {
    if (c >= 0xd800 && c <= 0xdfff) continue;
    std::string bytes;
    append_utf8(bytes, c);
    const auto back = decode_utf8(bytes, 0);
    if (!back.valid || back.value != c || back.size != bytes.size())
      FAIL("U+" << std::hex << static_cast<unsigned>(c));
  }
}

TEST_CASE("what hides or reorders text is unsafe to print") {
  for (const char32_t c :
       {0x00,   0x07,   0x1b,   0x7f,   0x85,   0x9b,   0xad,   0x61c,  0x200b, 0x200d, 0x200e,
        0x202a, 0x202e, 0x2028, 0x2066, 0x2069, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xfff9, 0xe0041})
    CHECK(is_unsafe_to_print(c));
  for (const char32_t c : {0x20, 0x7e, 0xa0, 0xe9, 0x301, 0x5d0, 0x4e2d, 0x1f600, 0xfffd})
    CHECK_FALSE(is_unsafe_to_print(c));
}

TEST_CASE("columns are counted as terminals do") {
  struct Row {
    char32_t c;
    int width;
  };
  const std::vector<Row> rows{
      {U'a', 1},   {U' ', 1},    {0x1b, 0}, {U'é', 1},  {0x301, 0},  {U'я', 1},    {U'א', 1},     {0x5b0, 0},
      {U'中', 2},  {U'ア', 2},   {U'ｱ', 1}, {U'Ａ', 2}, {U'한', 2},  {0x1161, 0},  {U'😀', 2},     {U'→', 1},
      {0x20ac, 1}, {0xe01ef, 0}, {U'⌚', 2}, {U'½', 1},  {0x3000, 2}, {0x20000, 2}, {0x10ffff, 1},
  };
  for (const auto& row : rows) {
    CAPTURE(static_cast<unsigned>(row.c));
    CHECK(display_width(row.c) == row.width);
  }
}

TEST_CASE("escape shows what cannot be seen and leaves the rest") {
  struct Row {
    std::string text, shown;
  };
  const std::vector<Row> rows{
      {"plain ~/x", "plain ~/x"},
      {"naïve 中 😀", "naïve 中 😀"},
      {"a\nb\tc\r", "a\\nb\\tc\\r"},
      {"\x1b[31mred", "\\x1b[31mred"},
      {"\0"s, "\\x00"},
      {"\x7f", "\\x7f"},
      {"\u0085", "\\u{85}"},
      {"\xff\xfe", "\\xff\\xfe"},
      {"abc\u202egnp.exe", "abc\\u{202e}gnp.exe"},
      {"a\u200bb", "a\\u{200b}b"},
      {"\U000e0041", "\\u{e0041}"},
      {"C:\\x", "C:\\x"},
      {"", ""},
  };
  for (const auto& row : rows) {
    CHECK(escape(row.text) == row.shown);
    CHECK(escape(row.shown) == row.shown); // may be applied twice
  }
}

TEST_CASE("edit distance counts what a person mistyped") {
  struct Row {
    std::string a, b;
    std::size_t distance;
  };
  const std::vector<Row> rows{
      {"", "", 0},
      {"", "abc", 3},
      {"name", "name", 0},
      {"readonyl", "readonly", 1}, // two letters swapped are one mistake
      {"readony", "readonly", 1},
      {"reeadonly", "readonly", 1},
      {"resdonly", "readonly", 1},
      {"read_only", "readonly", 0},
      {"read-only", "READONLY", 0},
      {"hide", "hidden", 2},
      {"kitten", "sitting", 3},
      {"ca", "abc", 3}, // optimal string alignment
      {"größe", "grösse", 2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.a, row.b);
    CHECK(edit_distance(row.a, row.b) == row.distance);
    CHECK(edit_distance(row.b, row.a) == row.distance);
  }
}

TEST_CASE("only a word that was probably meant is suggested") {
  const std::vector<std::string> keys{"name", "readonly", "writable", "hidden", "python", "env"};
  struct Row {
    std::string word, suggestion;
  };
  const std::vector<Row> rows{
      {"readonyl", "readonly"},
      {"read_only", "readonly"},
      {"Writeable", "writable"},
      {"hiden", "hidden"},
      {"nmae", "name"},
      {"envs", "env"},
      {"network", ""},
      {"x", ""},
      {"", ""},
      {std::string(60000, 'r'), ""},
      {"python", "python"},
  };
  for (const auto& row : rows) CHECK(nearest(row.word, keys) == row.suggestion);
  CHECK(nearest("x", {}).empty());
  CHECK(nearest("bat", {"cat", "hat"}) == "cat"); // the first of equals
}

TEST_CASE("split keeps empty parts") {
  using Parts = std::vector<std::string_view>;
  CHECK(split("a:b", ':') == Parts{"a", "b"});
  CHECK(split(":a::", ':') == Parts{"", "a", "", ""});
  CHECK(split("", ':') == Parts{""});
}
