// SPDX-License-Identifier: MIT
#include "runtime/lost_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;

namespace {

/// A HOME and a sandbox's root; each Session is one entry.
struct Machine {
  test::TempDir dir;
  emit::EnterPlan plan;

  explicit Machine(bool keep) {
    plan.home = (dir / "home").string();
    plan.root = (dir / "root").string();
    plan.keep_lost = keep;
    plan.home_files.push_back({.path = ".bashrc", .content = {}});
    for (const char* name : {"home", "root"}) REQUIRE(base::make_directories(dir / name, 0700));
  }
  void write(const std::string& path, const std::string& text, mode_t mode = 0600) {
    const auto target = dir / path;
    REQUIRE(base::make_directories(target.parent(), 0700));
    REQUIRE(base::write_atomically(target, text, mode));
  }
  void forget_home() {
    REQUIRE(rename((dir / "home").c_str(), (dir / ("gone" + std::to_string(++gone))).c_str()) == 0);
    REQUIRE(base::make_directories(dir / "home", 0700));
  }
  int gone = 0;
};

bool exists(const base::AbsPath& path) {
  struct stat status{};
  return lstat(path.c_str(), &status) == 0;
}

} // namespace

TEST_CASE("only what is new or changed since entry is named, and nothing of psbc's own") {
  Machine m(false);
  m.write("home/.bashrc", "x");
  m.write("home/old", "x");
  m.write("home/touched", "x");
  runtime::LostFiles lost(m.plan);
  CHECK(lost.report().value == 0);
  m.write("home/.bashrc", "y");
  m.write("home/touched", "yy");
  m.write("home/a/b", "new");
  const auto message = lost.report();
  CHECK(message.value == 2);
  CHECK(message.lost == std::vector<runtime::LostFile>{{"a/b", 3}, {"touched", 2}});
  CHECK_FALSE(exists(m.dir / "root/kept"));
}

TEST_CASE("what was kept comes back with its mode; what was removed does not") {
  Machine m(true);
  {
    runtime::LostFiles first(m.plan);
    m.write("home/a/run", "#!/bin/sh\n", 0755);
    m.write("home/b", "x");
    CHECK(first.report().value == 0);
  }
  m.forget_home();
  {
    runtime::LostFiles second(m.plan);
    struct stat status{};
    REQUIRE(stat((m.dir / "home/a/run").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0755);
    REQUIRE(unlink((m.dir / "home/b").c_str()) == 0);
    CHECK(second.report().value == 0);
  }
  m.forget_home();
  const runtime::LostFiles third(m.plan);
  CHECK(exists(m.dir / "home/a/run"));
  CHECK_FALSE(exists(m.dir / "home/b"));
}

TEST_CASE("links, pipes and what psbc wrote itself are neither kept nor put back") {
  Machine m(true);
  m.write("secret", "s");
  m.write("root/kept/.bashrc", "planted");
  m.write("home/.bashrc", "psbc's");
  REQUIRE(symlink((m.dir / "secret").c_str(), (m.dir / "root/kept/link").c_str()) == 0);
  REQUIRE(symlink(m.dir.path().c_str(), (m.dir / "root/kept/directory").c_str()) == 0);
  REQUIRE(mkfifo((m.dir / "root/kept/pipe").c_str(), 0600) == 0);
  runtime::LostFiles lost(m.plan);
  for (const char* name : {"home/link", "home/directory", "home/pipe"}) CHECK_FALSE(exists(m.dir / name));
  CHECK(base::RealFs().read(m.dir / "home/.bashrc", 100).operator*() == "psbc's");
  REQUIRE(symlink((m.dir / "secret").c_str(), (m.dir / "home/link").c_str()) == 0);
  REQUIRE(mkfifo((m.dir / "home/pipe").c_str(), 0600) == 0);
  CHECK(lost.report().value == 0);
}

TEST_CASE("a file above the bound is named instead of kept") {
  Machine m(true);
  runtime::LostFiles lost(m.plan);
  m.write("home/big", std::string((16U << 20U) + 1, 'x'));
  m.write("home/small", "x");
  const auto message = lost.report();
  CHECK(message.lost == std::vector<runtime::LostFile>{{"big", (16U << 20U) + 1}});
  CHECK(exists(m.dir / "root/kept/small"));
}
