// SPDX-License-Identifier: MIT
#include "config/format.h"

#include "support/catch.h"

namespace psbc::config {
namespace {

std::string help(Format format, std::string_view text) {
  const auto problem = check_format(format, text);
  return problem ? problem->help : "";
}

TEST_CASE("a refused path comes with the path that was meant") {
  struct Row {
    const char* written;
    const char* help;
  };
  const Row rows[] = {
      {"$HOME/.vim", "write `\"~/.vim\"`"},
      {"${HOME}", "write `\"~\"`"},
      {"$HOMER/x", "write the path out, from `~/` or `/`"},
      {"data\\raw", "write `\"data/raw\"`"},
      {" ~/x ", "write `\"~/x\"`"},
      {"   ", "remove it"},
      {"~bob/x", "write `~/` for your own home; for a file of that name write `\"./~bob/x\"`"},
      {"a/../b", "write `\"b\"`"},
      {"~/a/b/../../c", "write `\"~/c\"`"},
      {"/a/../b", "write `\"/b\"`"},
      {"a/b/..", "write `\"a\"`"},
      {"../x", "name the path from `~/` or `/`"},
      {"a/../../x", "name the path from `~/` or `/`"},
      {"~/..", "name the path from `~/` or `/`"},
      {"/..", "name the path from `~/` or `/`"},
      {"./..", "name the path from `~/` or `/`"},
      {"a//..", "name the path from `~/` or `/`"},
      {"**/..", "name the path from `~/` or `/`"},
  };
  for (const Row& row : rows) {
    INFO(row.written);
    CHECK(help(Format::pattern, row.written) == row.help);
    CHECK(help(Format::path, row.written).starts_with(row.help));
  }
}

TEST_CASE("what a person is told to type is accepted") {
  for (const char* written :
       {"$HOME/.vim", "data\\raw", " x", "a/../b", "~/a/b/../../c", "~/data/*", "/srv/x?/y"}) {
    const std::string told = help(Format::path, written);
    const std::size_t begin = told.find("`\"") + 2;
    CHECK(help(Format::path, told.substr(begin, told.find("\"`") - begin)).empty());
  }
  for (const char* written : {"My Project", "-x", "a..b", "ÄÖ lab", "__init__", "A.B.C", "-x---Y-"}) {
    const std::string told = help(Format::name, written);
    const std::size_t begin = told.find("`\"") + 2;
    INFO(told);
    CHECK(help(Format::name, told.substr(begin, told.find("\"`") - begin)).empty());
  }
}

TEST_CASE("only patterns take wildcards") {
  CHECK(help(Format::pattern, "**/*.pem").empty());
  CHECK(help(Format::path, "~/data/*") == "name the directory: write `\"~/data/\"`");
  CHECK(help(Format::path, "*.csv") == "name the files one by one, or a directory");
  CHECK(help(Format::path, "app/[id]").empty());
}

TEST_CASE("two dots inside of a name are no way up") {
  for (const char* path : {"a..b", "..a", "a..", "...", "~/..x/y"}) CHECK(help(Format::path, path).empty());
}

TEST_CASE("a path of the user's file starts at home or at the root") {
  CHECK(help(Format::anchored_path, "~/.vimrc").empty());
  CHECK(help(Format::anchored_path, "/opt/x").empty());
  CHECK(help(Format::anchored_path, ".vimrc") == "write `\"~/.vimrc\"`");
  CHECK(help(Format::anchored_path, "./x") == "write `\"~/x\"`");
}

TEST_CASE("no control character gets through any format") {
  for (const Format format :
       {Format::name, Format::path, Format::anchored_path, Format::pattern, Format::variable, Format::text})
    for (const char* control : {"\n", "\t", "\x1b", "\x7f", "\u0080", "\u009b"})
      CHECK(check_format(format, "~/a" + std::string(control) + "b"));
}

TEST_CASE("a variable is named, not expanded or matched") {
  CHECK(help(Format::variable, "_A9").empty());
  CHECK(help(Format::variable, "$A") == "write `\"A\"`");
  CHECK(help(Format::variable, "${A}") == "write `\"A\"`");
  CHECK(help(Format::variable, "A=1") == "write `\"A\"`; values are given in `[env] set`");
  CHECK(help(Format::variable, "LC_*") == "write the whole names");
  CHECK_FALSE(help(Format::variable, "9A").empty());
  CHECK_FALSE(help(Format::variable, "").empty());
  CHECK(help(Format::variable, std::string(128, 'A')).empty());
  CHECK_FALSE(help(Format::variable, std::string(129, 'A')).empty());
}

} // namespace
} // namespace psbc::config
