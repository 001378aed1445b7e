// SPDX-License-Identifier: MIT
#include "trace/claims.h"

#include <fcntl.h>

#include "support/catch.h"
#include "support/memory_fs.h"
#include "support/temp_dir.h"

using namespace psbc;
using base::AbsPath;

namespace {

const AbsPath mine = AbsPath::literal("/home/u/code/lab");
const AbsPath other = AbsPath::literal("/home/u/clone\tof\nlab");

struct Bench {
  test::TempDir temp;
  AbsPath root = temp / "psbc";
  test::MemoryFs fs;
  trace::Claims claims{root};
  Bench() { fs.directory(mine.string()).directory(other.string()); }
};

} // namespace

TEST_CASE("the first root to claim a name has it, and a second one is told who") {
  Bench b;
  CHECK_FALSE(*b.claims.holder("lab"));
  CHECK(b.claims.claim("lab", mine, b.fs)->owned);
  const auto before = test::look(b.root / "names/lab");
  CHECK((before.mode & 07777) == 0600);
  CHECK(b.claims.claim("lab", mine, b.fs)->owned);
  CHECK(test::look(b.root / "names/lab") == before);
  const auto refused = b.claims.claim("lab", other, b.fs);
  REQUIRE(refused);
  CHECK_FALSE(refused->owned);
  CHECK(refused->holder == mine);
  CHECK(b.claims.claim("clone", other, b.fs)->owned);
  CHECK(**b.claims.holder("clone") == other);
}

TEST_CASE("a name is free again when it is released, or when its directory is gone") {
  Bench b;
  CHECK(b.claims.claim("lab", mine, b.fs)->owned);
  CHECK(b.claims.release("lab", other)); // not theirs: no effect
  CHECK_FALSE(b.claims.claim("lab", other, b.fs)->owned);
  SECTION("released") { CHECK(b.claims.release("lab", mine)); }
  SECTION("removed") { b.fs.remove(mine.string()); }
  SECTION("replaced by a file") { b.fs.file(mine.string()); }
  SECTION("torn") {
    const base::Fd file(open((b.root / "names/lab").c_str(), O_WRONLY | O_TRUNC));
    CHECK(base::write_all(file.get(), "psbc claim 1\nroot\t/ho", ""));
  }
  CHECK(b.claims.claim("lab", other, b.fs)->owned);
  CHECK_FALSE(b.claims.claim("lab", other, b.fs)->holder == mine);
}

TEST_CASE("all names of a root are found") {
  Bench b;
  for (const char* name : {"b", "a"}) CHECK(b.claims.claim(name, mine, b.fs)->owned);
  CHECK(b.claims.claim("c", other, b.fs)->owned);
  CHECK(b.claims.names_of(mine).operator*() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a name that could leave the directory is refused") {
  Bench b;
  for (const char* name : {"", ".", "..", ".lock", "a/b", "../builds"}) {
    CAPTURE(name);
    CHECK_FALSE(b.claims.claim(name, mine, b.fs));
    CHECK_FALSE(b.claims.holder(name));
    CHECK_FALSE(b.claims.release(name, mine));
  }
}

TEST_CASE("a link planted as a claim is refused and not followed") {
  Bench b;
  CHECK(b.claims.claim("lab", mine, b.fs)->owned);
  const AbsPath victim = b.temp / "victim", claim = b.root / "names/lab";
  REQUIRE(rename(claim.c_str(), victim.c_str()) == 0);
  REQUIRE(symlink(victim.c_str(), claim.c_str()) == 0);
  const auto before = test::look(victim);
  const auto claimed = b.claims.claim("lab", mine, b.fs);
  REQUIRE_FALSE(claimed);
  CHECK(claimed.error().code == ELOOP);
  CHECK_FALSE(claimed.error().hint.empty());
  CHECK(test::look(victim) == before);
}

TEST_CASE("of many who claim a name at once exactly one gets it") {
  test::TempDir temp;
  std::vector<pid_t> children;
  for (int i = 0; i < 12; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      base::RealFs fs;
      const AbsPath root = temp / ("project" + std::to_string(i));
      mkdir(root.c_str(), 0755);
      const auto claim = trace::Claims(temp / "psbc").claim("lab", root, fs);
      _exit(!claim ? 2 : claim->owned ? 1 : 0);
    }
    children.push_back(child);
  }
  int owners = 0;
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) < 2);
    owners += WEXITSTATUS(status);
  }
  CHECK(owners == 1);
}
