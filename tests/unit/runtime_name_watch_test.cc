// SPDX-License-Identifier: MIT
#include "runtime/name_watch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/glob.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;

namespace {

struct Tree {
  test::TempDir dir;
  void make(const std::string& path) {
    REQUIRE(base::make_directories((dir / path).parent(), 0700));
    REQUIRE(base::write_atomically(dir / path, "x", 0600));
  }
  /// What a watch for one pattern tells, relative to the tree.
  std::vector<std::string> told(runtime::NameWatch& watch) {
    std::vector<std::string> out;
    do watch.work();
    while (watch.read() || watch.has_work());
    for (const std::string& path : watch.take()) out.push_back(path.substr(dir.path().string().size() + 1));
    std::sort(out.begin(), out.end());
    return out;
  }
  runtime::NameWatch watch(const std::string& pattern, std::set<std::string> known = {}) {
    return runtime::NameWatch({{.base = dir.path().string(), .pattern = pattern}}, std::move(known));
  }
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("what a pattern matches is watched for, as base::Fs::glob finds it") {
  for (const char* pattern : {"a", "a/b", "*.key", "**/.env", "a/**", "a/**/c", "**", "[x]y", "a/*/c", ".git/x", "**/x", "[[]id]/x"}) {
    Tree tree;
    auto watch = tree.watch(pattern);
    REQUIRE(tree.told(watch).empty());
    for (const char* path : {"a/b", "b.key", "a/d/c", "a/d/e/c", "z/.env", ".env", "xy", "a/x", ".git/x", "n/.git/x", "z/z/z/.env", "[id]/x"}) tree.make(path);
    base::RealFs fs;
    const auto globbed = fs.glob(tree.dir.path(), pattern, 100);
    REQUIRE(globbed);
    Names found = tree.told(watch);
    // A glob does not enter .git; here a pattern that names it may.
    std::erase_if(found, [](const std::string& name) { return name == ".git/x" || name.ends_with(".tmp"); });
    INFO(pattern);
    CHECK(found == *globbed);
  }
}

TEST_CASE("what is expected is told when it is replaced, and what is in it is watched") {
  Tree tree;
  tree.make("d/f");
  runtime::NameWatch watch({{.base = tree.dir.path().string(), .pattern = "d"}, {.base = tree.dir.path().string(), .pattern = "d/[fn]*"}}, {},
                           {(tree.dir.path() / "d").string(), (tree.dir.path() / "d/f").string()});
  REQUIRE(tree.told(watch).empty());
  tree.make("d/new");
  CHECK(tree.told(watch) == Names{"d/new"});
  REQUIRE(unlink((tree.dir.path() / "d/f").c_str()) == 0);
  tree.make("d/f");
  CHECK(tree.told(watch) == Names{"d/f"});
}

TEST_CASE("what is known is told when it is replaced, and not before") {
  Tree tree;
  tree.make("d/f");
  tree.make("d/new");
  const std::string path = (tree.dir / "d/f").string();
  auto watch = tree.watch("d/f", {path});
  CHECK(tree.told(watch).empty());
  REQUIRE(base::write_atomically(tree.dir / "d/other", "x", 0600));
  CHECK(tree.told(watch).empty());
  REQUIRE(rename((tree.dir / "d/new").c_str(), path.c_str()) == 0);
  CHECK(tree.told(watch) == Names{"d/f"});
  REQUIRE(unlink(path.c_str()) == 0);
  tree.make("d/f");
  CHECK(tree.told(watch).empty()); // once

  auto stranger = tree.watch("d/f");
  CHECK(tree.told(stranger) == Names{"d/f"});
}

TEST_CASE("a directory that moves takes no watch of its old name along, and a link is no match") {
  Tree tree;
  tree.make("a/x/keep");
  auto watch = tree.watch("a/x/.env");
  CHECK(tree.told(watch).empty());
  REQUIRE(rename((tree.dir / "a").c_str(), (tree.dir / "b").c_str()) == 0);
  CHECK(tree.told(watch).empty());
  tree.make("b/x/.env");
  CHECK(tree.told(watch).empty());
  REQUIRE(rename((tree.dir / "b").c_str(), (tree.dir / "a").c_str()) == 0);
  CHECK(tree.told(watch) == Names{"a/x/.env"});

  auto links = tree.watch("**/link");
  REQUIRE(symlink("/etc/passwd", (tree.dir / "a/link").c_str()) == 0);
  CHECK(tree.told(links).empty());
}

TEST_CASE("a large tree is watched in part, from the top, and says so") {
  Tree tree;
  for (int i = 0; i < 60; ++i)
    for (int j = 0; j < 40; ++j) REQUIRE(base::make_directories(tree.dir / (std::to_string(i) + "/" + std::to_string(j)), 0700));
  auto watch = tree.watch("**/.env");
  CHECK(tree.told(watch).empty());
  CHECK(watch.partial());
  tree.make("7/.env");
  CHECK(tree.told(watch) == Names{"7/.env"});
}

TEST_CASE("a literal is the pattern of itself") {
  for (const char* text : {"a", "a*b", "[x]", "?", "a[!b]c", "]"}) {
    CHECK(base::matches_component(base::literal_glob(text), text));
    CHECK_FALSE(base::matches_component(base::literal_glob(text), std::string(text) + "x"));
  }
  CHECK_FALSE(base::matches_component(base::literal_glob("[x]"), "x"));
}
