// SPDX-License-Identifier: MIT
#include "base/path.h"

#include "support/catch.h"

using psbc::base::AbsPath;

TEST_CASE("a path is normal or it is refused") {
  CHECK(AbsPath::parse("/a//b/./c/")->string() == "/a/b/c");
  CHECK(AbsPath::parse("/")->string() == "/");
  CHECK(AbsPath::parse("//")->string() == "/");
  CHECK_FALSE(AbsPath::parse("a/b"));
  CHECK_FALSE(AbsPath::parse(""));
  CHECK_FALSE(AbsPath::parse("/a/../b"));
  CHECK_FALSE(AbsPath::parse(std::string_view("/a\0b", 4)));
  CHECK(AbsPath::parse("/a/..b/c..")->string() == "/a/..b/c..");
}

TEST_CASE("being under a path goes by components") {
  struct Row { const char* path; const char* ancestor; bool under; };
  const Row rows[] = {
      {"/run/host", "/run/host", true},   {"/run/host/x", "/run/host", true}, {"/run/hostage", "/run/host", false},
      {"/run", "/run/host", false},       {"/run", "/", true},                {"/", "/", true},
      {"/", "/run", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path, row.ancestor);
    CHECK(AbsPath::literal(row.path).is_under(AbsPath::literal(row.ancestor)) == row.under);
  }
  CHECK_FALSE(AbsPath::literal("/a").is_strictly_under(AbsPath::literal("/a")));
}

TEST_CASE("a tree stays together in order") {
  CHECK(AbsPath::literal("/a") < AbsPath::literal("/a/b"));
  CHECK(AbsPath::literal("/a/b") < AbsPath::literal("/a-c"));
  CHECK(AbsPath::literal("/a/b") < AbsPath::literal("/a b"));
  CHECK(AbsPath::literal("/a/b/c") < AbsPath::literal("/a/c"));
}

TEST_CASE("parents, names and relatives") {
  const AbsPath path = AbsPath::literal("/home/alice/code");
  CHECK(path.parent().string() == "/home/alice");
  CHECK(path.name() == "code");
  CHECK(AbsPath::literal("/a").parent().string() == "/");
  CHECK(AbsPath::literal("/").parent().string() == "/");
  CHECK(path.relative_to(AbsPath::literal("/home")) == "alice/code");
  CHECK(path.relative_to(AbsPath::literal("/")) == "home/alice/code");
  CHECK(path.join("x/./y")->string() == "/home/alice/code/x/y");
  CHECK_FALSE(path.join("../x"));
  CHECK_FALSE(path.join("/x"));
  CHECK(display_path(path, AbsPath::literal("/home/alice")) == "~/code");
  CHECK(display_path(path, AbsPath::literal("/home/al")) == "/home/alice/code");
}
