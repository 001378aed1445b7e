// SPDX-License-Identifier: MIT
#include "base/fs.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/glob.h"
#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc::base;

TEST_CASE("one component of a pattern") {
  struct Row { const char* pattern; const char* name; bool match; };
  const Row rows[] = {
      {"*", ".env", true},       {"*.pem", "a.pem", true},    {"*.pem", "a.pem.bak", false}, {"?.py", "a.py", true},
      {"[ab].py", "b.py", true}, {"[!ab].py", "b.py", false}, {"[a-c]", "b", true},          {"[", "[", true},
      {"a*b*c", "axxbyyc", true}, {"a*b*c", "axxbyy", false}, {"**", "x", true},             {"", "", true},
      {"[]]", "]", true},        {"a[", "a[", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern, row.name);
    CHECK(matches_component(row.pattern, row.name) == row.match);
  }
  // Linear enough: a hostile pattern must not hang the build.
  const std::string stars(200, '*');
  CHECK_FALSE(matches_component(stars + "b", std::string(4000, 'a')));
}

TEST_CASE("symlinks are resolved component by component") {
  psbc::test::MemoryFs fs;
  fs.file("/home/u/dotfiles/config/nvim/init.lua").link("/home/u/.config", "dotfiles/config").link("/abs", "/home/u/./.config");
  fs.link("/loop", "/loop").link("/up", "home/u/dotfiles/../dotfiles");
  auto resolved = resolve(fs, AbsPath::literal("/abs/nvim"));
  REQUIRE(resolved);
  CHECK(resolved->path.string() == "/home/u/dotfiles/config/nvim");
  CHECK(resolved->kind == Kind::directory);
  CHECK(resolved->links.size() == 2);
  CHECK(resolve(fs, AbsPath::literal("/up"))->path.string() == "/home/u/dotfiles");
  CHECK(resolve(fs, AbsPath::literal("/home/u/.config/absent/x"))->kind == Kind::absent);
  CHECK(resolve(fs, AbsPath::literal("/loop")).error().code == ELOOP);
}

TEST_CASE("the real file system: recursive patterns, and files that appear whole") {
  char name[] = "/tmp/psbc-fs-XXXXXX";
  REQUIRE(mkdtemp(name) != nullptr);
  const AbsPath top = AbsPath::literal(name);
  REQUIRE(make_directories(top / "a/b/.git", 0700));
  for (const char* path : {".env", "a/.env", "a/b/.env", "a/b/.git/.env", "a/x.pem"})
    REQUIRE(write_atomically(top / path, "x", 0600));
  RealFs fs;
  CHECK(*fs.glob(top, "**/.env", 10) == std::vector<std::string>{".env", "a/.env", "a/b/.env"});
  CHECK(*fs.glob(top, "a/*.pem", 10) == std::vector<std::string>{"a/x.pem"});
  CHECK(fs.glob(top, "**", 3).error().code == E2BIG);
  CHECK(*fs.find(top, ".env/.git", 2, 10) == std::vector<std::string>{".env", "a/.env", "a/b/.env", "a/b/.git"}); // but not in it
  CHECK(*fs.find(top, ".env", 1, 10) == std::vector<std::string>{".env", "a/.env"});
  CHECK(fs.find(top, ".env", 2, 2).error().code == E2BIG);
  CHECK(fs.find(top / "absent", ".env", 2, 2)->empty());
  REQUIRE(symlink("a", (top / "link").c_str()) == 0);
  CHECK(fs.find(top, "x.pem", 3, 10)->size() == 1); // links are not followed
  REQUIRE(unlink((top / "link").c_str()) == 0);
  CHECK(*fs.read(top / ".env", 1) == "x");
  CHECK(fs.read(top / "a", 1).error().code == EISDIR);
  REQUIRE(mkfifo((top / "fifo").c_str(), 0600) == 0);
  CHECK_FALSE(fs.read(top / "fifo", 1)); // and it does not hang
  CHECK_FALSE(write_atomically(top / "absent/x", "x", 0600));
  REQUIRE(write_atomically(top / ".env", "longer", 0640));
  CHECK(fs.read(top / ".env", 3).error().code == EFBIG);
  CHECK(fs.ownership(top / ".env")->mode == 0640);
  CHECK(fs.names(top)->size() == 3); // no temporary file is left
  CHECK(std::system(("rm -rf '" + top.string() + "'").c_str()) == 0);
}
