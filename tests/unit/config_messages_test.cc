// SPDX-License-Identifier: MIT
// What people read when a file is wrong: the code, the message, the bytes that the caret is under, and
// what to type.
#include "config/load.h"
#include "support/catch.h"

namespace psbc::config {
namespace {

struct Case {
  std::string text;
  std::string code;
  std::string message;
  std::string marked; // by the primary label
  std::string help;
};

std::string_view written(const diag::Span& span) {
  return std::string_view(span.file->text()).substr(span.begin, span.end - span.begin);
}

void check(const Case& expected, bool user = false) {
  INFO(expected.text);
  const diag::SourceFile source("p.toml", expected.text);
  diag::Diagnostics diagnostics;
  if (user)
    CHECK_FALSE(load_user(source, diagnostics));
  else
    CHECK_FALSE(load_project(source, diagnostics));
  REQUIRE(diagnostics.all().size() == 1);
  const diag::Diagnostic& found = diagnostics.all()[0];
  CHECK(diag::id(found.code) == expected.code);
  CHECK(found.message == expected.message);
  REQUIRE_FALSE(found.labels.empty());
  CHECK(found.labels[0].primary);
  CHECK(written(found.labels[0].span) == expected.marked);
  REQUIRE(found.help.size() == 1);
  CHECK(found.help[0] == expected.help);
}

const std::string name = "name = \"lab\"\n";

TEST_CASE("a file that is not plain text is refused where it is not") {
  check({"\xef\xbb\xbfname = \"lab\"", "PSB013", "the file starts with a byte order mark", "\xef\xbb\xbf",
         "save it as UTF-8 without BOM"});
  check({std::string("\xff\xfe") + "n", "PSB013", "the file is UTF-16", "\xff\xfe", "save it as UTF-8"});
  check({"name = \"\xe9\"", "PSB013", "the byte 0xe9 is not UTF-8", "\xe9", "save the file as UTF-8"});
  check({name + "# \x1b\x1b", "PSB013", "the file holds the control character U+001B", "\x1b\x1b",
         "remove it"});
  check({std::string("name = \"a\0\"", 11), "PSB013", "the file holds the control character U+0000",
         std::string(1, '\0'), "remove it"});
  check({"name = \"lab\"\r# x", "PSB013", "a carriage return stands without a line feed", "\r",
         "end lines with LF or CRLF: `dos2unix -c mac FILE` converts"});
  check({name + "# \u202e", "PSB504", "the invisible character U+202E hides what the file says", "\u202e",
         "remove it; where a name really holds it, write it as `\\u202e` in double quotes"});
  check({name + "hidden = [\".e\U000e0041\"]", "PSB504",
         "the invisible character U+E0041 hides what the file says", "\U000e0041",
         "remove it; where a name really holds it, write it as `\\U000e0041` in double quotes"});
}

TEST_CASE("a file that is no TOML gets one message in the words of its author") {
  const Case cases[] = {
      {"name = lab", "PSB001", "`lab` needs quotes", "lab", "write `name = \"lab\"`"},
      {"name = lab # x", "PSB001", "`lab` needs quotes", "lab", "write `name = \"lab\"`"},
      {"name = my lab", "PSB001", "`my lab` needs quotes", "my lab", "write `name = \"my lab\"`"},
      {"name = lab\"", "PSB001", "`lab` needs quotes", "lab\"", "write `name = \"lab\"`"},
      {"name = “lab”", "PSB001", "these are not the quotes of TOML", "“lab”", "write `name = \"lab\"`"},
      {"name = 1.2.3", "PSB001", "`1.2.3` is no number or date, and text needs quotes", "1.2.3",
       "write `name = \"1.2.3\"`"},
      {"x = True", "PSB001", "`True` is written in small letters", "True", "write `x = true`"},
      {"name =", "PSB001", "`name` has no value", "name", "write `name = \"...\"`"},
      {"name = # x", "PSB001", "`name` has no value", "name", "write `name = \"...\"`"},
      {"name", "PSB001", "`name` has no value", "name", "write `name = \"...\"`"},
      {"name \"lab\"", "PSB001", "`=` is missing after `name`", "\"", "write `name = ...`"},
      {"name: \"lab\"", "PSB001", "TOML puts `=` between a key and its value", ":", "write `name = ...`"},
      {"my name = 1", "PSB001", "a key with a blank in it needs quotes", "my name",
       "write one word, or put the key in quotes"},
      {"é = 1", "PSB001", "a key without quotes may hold A-Z, a-z, 0-9, `_` and `-` only", "é",
       "write `key = value`; put another key in quotes"},
      {"größe = 1", "PSB001", "a key without quotes may hold A-Z, a-z, 0-9, `_` and `-` only", "größe",
       "write `key = value`; put another key in quotes"},
      {"= 1", "PSB001", "there is no key before `=`", "=", "write `key = value`"},
      {"name = \"lab\nx = 1", "PSB001", "a string is not closed", "\"lab", "end it with `\"`"},
      {"name = 'lab\r\nx = 1", "PSB001", "a string is not closed", "'lab", "end it with `'`"},
      {"name = \"\"\"lab\nx = 1", "PSB001", "a string is not closed", "\"\"\"", "end it with `\"\"\"`"},
      {"name = \"C:\\data\"", "PSB001", "in double quotes `\\` starts an escape, and this is none", "\\d",
       "use single quotes, in which `\\` stands for itself, or write `\\\\`"},
      {"r = [\"a\",\n", "PSB001", "an array is not closed", "[", "end it with `]`"},
      {"r = [\"a\",\nh = []", "PSB001", "an array is not closed", "[", "end it with `]`"},
      {"r = [\"a\" \"b\"]", "PSB001", "a comma is missing between two entries", "\"", "put `,` before it"},
      {"r = [\"a\",, \"b\"]", "PSB001", "a comma stands without an entry before it", ",", "remove it"},
      {"r = [\"a\", ~/b]", "PSB001", "`~/b` needs quotes", "~/b", "write `\"~/b\"`"},
      {"r = [\"a\"]]", "PSB001", "nothing may follow a value on its line", "]",
       "start a new line for the next key, and put `#` before a comment"},
      {"a = 1 b = 2", "PSB001", "nothing may follow a value on its line", "b = 2",
       "start a new line for the next key, and put `#` before a comment"},
      {"[env\nx = 1", "PSB001", "the table's header is not closed", "[env", "end it with `]`"},
      {"[env set]", "PSB001", "this is not the header of a table", "[env set]",
       "write `[table]`, its keys on the lines below"},
      {"[[[x]]]", "PSB001", "this is not the header of a table", "[[[x]]]",
       "write `[table]`, its keys on the lines below"},
      {"a = 1\n[é]", "PSB001", "this is not the header of a table", "[é]",
       "write `[table]`, its keys on the lines below"},
      {"[=]", "PSB001", "this is not the header of a table", "[=]",
       "write `[table]`, its keys on the lines below"},
      {"p = { a = 1\n}", "PSB001", "a table in braces must stand on one line", "{",
       "end the line with `}`, or write it as `[table]` with its keys on the lines below"},
      {"p = { a = 1, }", "PSB001", "a comma stands right before `}`", "}", "remove the comma"},
      {"p = { a = 1 b = 2 }", "PSB001", "a comma is missing between two entries", "b", "put `,` before it"},
      {"}", "PSB001", "there is nothing open that `}` could close", "}", "remove it"},
  };
  for (const Case& expected : cases) check(expected);
}

TEST_CASE("a key that is defined twice is shown with its first definition") {
  struct Twice {
    std::string text, what, again, first;
  };
  const Twice cases[] = {
      {"name = \"a\"\nname = \"b\"", "the key `name`", "name", "name"},
      {"name = \"a\"\n\"name\" = \"b\"", "the key `\"name\"`", "\"name\"", "name"},
      {"[env]\n[python]\n[env]", "the table `env`", "env", "env"},
      {"env.pass = []\n[env]", "the table `env`", "env", "env.pass"},
      {"python = { venv = 1, venv = 2 }", "the key `venv`", "venv", "venv"},
      {"a = 1\n[a]", "the table `a`", "a", "a"},
      {"[[x]]\ny = 1\n[[x]]\ny = 2\ny = 3", "the key `y`", "y", "y"},
      {"# é\r\nname = \"é\"\r\nname = \"b\"", "the key `name`", "name", "name"},
  };
  for (const Twice& expected : cases) {
    INFO(expected.text);
    const diag::SourceFile source("p.toml", expected.text);
    diag::Diagnostics diagnostics;
    CHECK_FALSE(load_project(source, diagnostics));
    REQUIRE(diagnostics.all().size() == 1);
    const diag::Diagnostic& found = diagnostics.all()[0];
    CHECK(diag::id(found.code) == "PSB006");
    CHECK(found.message == expected.what + " is defined twice");
    REQUIRE(found.labels.size() == 2);
    CHECK(written(found.labels[0].span) == expected.again);
    CHECK(written(found.labels[1].span) == expected.first);
    CHECK(found.labels[1].span.begin < found.labels[0].span.begin);
  }
  const diag::SourceFile source("p.toml", "[[x]]\ny = 1\n[[x]]\ny = 2\ny = 3");
  diag::Diagnostics diagnostics;
  CHECK_FALSE(load_project(source, diagnostics));
  CHECK(diagnostics.all().at(0).labels.at(1).span.begin == source.text().find("y = 2"));
}

TEST_CASE("an unknown key names the one that was meant") {
  const Case cases[] = {
      {name + "readnoly = []", "PSB002", "unknown key `readnoly`", "readnoly", "did you mean `readonly`?"},
      {name + "read-only = []", "PSB002", "unknown key `read-only`", "read-only",
       "did you mean `readonly`?"},
      {name + "secrets = []", "PSB002", "unknown key `secrets`", "secrets", "did you mean `hidden`?"},
      {name + "hidden = []\nsecrets = []", "PSB002", "unknown key `secrets`", "secrets",
       "merge it into `hidden`, which is there already"},
      {name + "venv = \"x\"", "PSB002", "unknown key `venv`", "venv",
       "write `venv` below a line `[python]`"},
      {name + "[python]\nreadonly = []", "PSB002", "unknown key `readonly`", "readonly",
       "write `readonly` at the top of the file, above all tables"},
      {"nmae = \"lab\"", "PSB002", "unknown key `nmae`", "nmae", "did you mean `name`?"},
      {name + "\"\\u001b[2K\" = 1", "PSB002", "unknown key `\\x1b[2K`", "\"\\u001b[2K\"", "remove the key"},
      {name + "[xyzzy.plugh]", "PSB002", "unknown table `xyzzy`", "xyzzy", "remove the table"},
  };
  for (const Case& expected : cases) check(expected);
  check({"name = \"lab\"", "PSB002", "unknown key `name`", "name", "remove the key"}, true);
}

TEST_CASE("a wrong type shows the line as it should be") {
  const Case cases[] = {
      {name + "readonly = \"~/x\"", "PSB003", "`readonly` must be an array of strings, not a string",
       "\"~/x\"", "write `readonly = [\"~/x\"]`"},
      {name + "readonly = 1", "PSB003", "`readonly` must be an array of strings, not an integer", "1",
       "write `readonly = [\"~/datasets/imagenet\"]`"},
      {"name = 7", "PSB003", "`name` must be a string, not an integer", "7", "write `name = \"7\"`"},
      {"name = [\"lab\"]", "PSB003", "`name` must be a string, not an array", "[\"lab\"]",
       "write `name = \"lab\"`"},
      {"name = 1979-05-27", "PSB003", "`name` must be a string, not a date or time", "1979-05-27",
       "write `name = \"1979-05-27\"`"},
      {name + "hidden = [[1]]", "PSB003", "`hidden[0]` must be a string, not an array", "[1]",
       "write one text in quotes"},
      {name + "hidden = [\"a\", 0x1f]", "PSB003", "`hidden[1]` must be a string, not an integer", "0x1f",
       "write `\"0x1f\"`"},
      {name + "env.set.A = 4.50", "PSB003", "`env.set.A` must be a string, not a float", "4.50",
       "write `\"4.50\"`"},
      {name + "python = \".venv\"", "PSB003", "`python` must be a table, not a string", "\".venv\"",
       "write its keys below a line `[python]`"},
      {name + "[[env]]", "PSB003", "`env` must be a table, not an array", "[[env]]",
       "write its keys below a line `[env]`"},
      {name + "env.set = []", "PSB003", "`env.set` must be a table of strings, not an array", "[]",
       "write `set = { OMP_NUM_THREADS = \"4\" }`"},
      {"schema = 1.0\n" + name, "PSB003", "`schema` must be an integer, not a float", "1.0",
       "write `schema = 1`"},
  };
  for (const Case& expected : cases) check(expected);
}

TEST_CASE("a missing key is asked for at the first line") {
  check({"readonly = []", "PSB004", "the key `name` is missing", "",
         "add a line such as `name = \"imagenet-lab\"`"});
  check({"", "PSB004", "the key `name` is missing", "", "add a line such as `name = \"imagenet-lab\"`"});
}

TEST_CASE("a value that means nothing says what would") {
  const Case cases[] = {
      {"name = \"My Lab!\"", "PSB005", "`name`: `My Lab!` holds more than a-z, 0-9, `.`, `_` and `-`",
       "\"My Lab!\"", "write `\"my-lab\"`"},
      {"name = \"\"", "PSB005", "`name` is empty", "\"\"", "write `\"my-project\"`"},
      {name + "readonly = [\"$HOME/x\"]", "PSB103",
       "`readonly[0]`: `$HOME/x` holds `$`: variables are not replaced here", "\"$HOME/x\"",
       "write `\"~/x\"`"},
      {name + "env.pass = [\"A=1\"]", "PSB012", "`env.pass[0]`: `A=1` is a name with a value", "\"A=1\"",
       "write `\"A\"`; values are given in `[env] set`"},
      {name + "env.set.\"a-b\" = \"1\"", "PSB012", "`env.set`: `a-b` is not the name of a variable",
       "\"a-b\"", "a name is like `OMP_NUM_THREADS`"},
      {"schema = 0\n" + name, "PSB012", "`schema` cannot be 0", "0", "write `schema = 1`"},
  };
  for (const Case& expected : cases) check(expected);
}

TEST_CASE("a file for a newer psbc says only that") {
  check({"schema = 2\nname = 7\n[network]\n", "PSB007", "this file needs a newer psbc", "2",
         "install a newer psbc, or ask the project for a file with `schema = 1`"});
}

TEST_CASE("an entry that stands twice is shown with the first") {
  check({name + "hidden = [\"a\", 'a']", "PSB214", "`a` stands twice in `hidden`", "'a'",
         "remove one of the two"});
}

TEST_CASE("limits are counted, and the first thing too many is shown") {
  std::string list;
  for (int i = 0; i < 257; ++i) list += "\"~/" + std::to_string(i) + "\",";
  check({name + "readonly = [" + list + "]", "PSB009", "`readonly` has 257 entries, and 256 are the limit",
         "\"~/256\"", "name a directory instead of each file in it"});
  check({name + "a.b.c.d.e.f.g.h.i = 1", "PSB009", "keys and arrays are nested more than 8 deep", "",
         "remove it: no key of this file is as deep as that"});
  check({std::string(65537, '#'), "PSB009", "the file is larger than 65536 bytes", "",
         "name a directory instead of each file in it"});
  check({name + "hidden = [\"" + std::string(4096, 'x') + "\"]", "PSB009",
         "`hidden[0]` is 4096 long, and 4095 is the limit", "\"" + std::string(4096, 'x') + "\"",
         "shorten it"});
}

TEST_CASE("all errors of a file are reported together") {
  const diag::SourceFile source(
      "p.toml", "nmae = 1\nreadonly = \"x\"\nhidden = [1, \"..\", \"a\", \"a\"]\n[env]\npas = []\n");
  diag::Diagnostics diagnostics;
  CHECK_FALSE(load_project(source, diagnostics));
  std::string codes;
  for (const diag::Diagnostic& diagnostic : diagnostics.sorted())
    codes += std::string(diag::id(diagnostic.code)) + " ";
  CHECK(codes == "PSB002 PSB003 PSB003 PSB501 PSB214 PSB002 ");
}

TEST_CASE("a binary file does not give a thousand messages") {
  const diag::SourceFile source("p.toml", [] {
    std::string bytes;
    for (int i = 0; i < 4000; ++i) bytes += i % 2 == 0 ? '\x01' : 'x';
    return bytes;
  }());
  diag::Diagnostics diagnostics;
  CHECK_FALSE(load_project(source, diagnostics));
  CHECK(diagnostics.all().size() == 20);
}

} // namespace
} // namespace psbc::config
