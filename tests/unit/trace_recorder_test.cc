// SPDX-License-Identifier: MIT
#include "trace/recorder.h"

#include <algorithm>

#include "base/digest.h"
#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc;
using base::AbsPath;
using trace::Fact;
using trace::FactKind;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

const AbsPath file = AbsPath::literal("/home/u/.vimrc");
const AbsPath missing = AbsPath::literal("/home/u/.gone");

} // namespace

TEST_CASE("every question to the recorder becomes one fact with its answer") {
  test::MemoryFs fs;
  fs.file("/home/u/.vimrc", "set nu\n", 0600)
      .link("/home/u/.config", "dotfiles")
      .directory("/home/u/dotfiles");
  fs.program("/usr/bin/firejail", "firejail version 0.9.72\n", "stamp-1");
  trace::Facts facts;
  trace::FsRecorder recorder(fs, facts);
  CHECK(recorder.kind(file) == base::Kind::file);
  CHECK(*recorder.read(file, 100) == "set nu\n");
  CHECK(*recorder.target(AbsPath::literal("/home/u/.config")) == "dotfiles");
  CHECK(recorder.names(AbsPath::literal("/home/u"))->size() == 3);
  CHECK(recorder.ownership(file)->mode == 0600);
  CHECK(recorder.link_count(file) == 1);
  CHECK(*recorder.version_output(AbsPath::literal("/usr/bin/firejail")) == "firejail version 0.9.72\n");
  CHECK(recorder.glob(AbsPath::literal("/home/u"), "**/.v*", 10)->size() == 1);
  CHECK(recorder.find(AbsPath::literal("/home/u"), ".vimrc/.git", 3, 10)->size() == 1);
  const std::string list(".config\0.vimrc\0dotfiles\0", 24), match(".vimrc\0", 7);
  const trace::Facts expected = {
      {FactKind::kind, "/home/u/.vimrc", "", "file"},
      {FactKind::file, "/home/u/.vimrc", "100", base::digest("set nu\n")},
      {FactKind::target, "/home/u/.config", "", "to dotfiles"},
      {FactKind::names, "/home/u", "", "3 " + base::digest(list)},
      {FactKind::ownership, "/home/u/.vimrc", "", "1000 1000 0600"},
      {FactKind::links, "/home/u/.vimrc", "", "1"},
      {FactKind::stamp, "/usr/bin/firejail", "", "stamp-1"},
      {FactKind::glob, "/home/u", "10 **/.v*", "1 " + base::digest(match)},
      {FactKind::find, "/home/u", "10 3 .vimrc/.git", "1 " + base::digest(match)},
  };
  CHECK(facts == expected);
}

TEST_CASE("a failure is a fact too") {
  test::MemoryFs fs;
  fs.unreadable("/home/u/.netrc", EACCES).file("/home/u/.vimrc", "0123456789");
  trace::Facts facts;
  trace::FsRecorder recorder(fs, facts);
  (void)recorder.kind(missing);
  (void)recorder.read(missing, 5);
  (void)recorder.read(file, 5);
  (void)recorder.read(AbsPath::literal("/home/u/.netrc"), 5);
  (void)recorder.target(file);
  (void)recorder.names(missing);
  (void)recorder.ownership(missing);
  (void)recorder.stamp(missing);
  std::vector<std::string> values;
  for (const Fact& fact : facts) values.emplace_back(fact.value);
  CHECK(values == std::vector<std::string>{"absent", "absent", "too-large", "error-13", "error-22", "absent",
                                           "absent", "absent"});
}

TEST_CASE("a question that is asked again is answered from the first time, and noted once") {
  test::MemoryFs fs;
  fs.file("/home/u/.vimrc", "old");
  trace::Facts facts;
  trace::FsRecorder recorder(fs, facts);
  CHECK(*recorder.read(file, 100) == "old");
  CHECK(recorder.kind(missing) == base::Kind::absent);
  fs.forget();
  fs.file("/home/u/.vimrc", "new").file("/home/u/.gone");
  CHECK(*recorder.read(file, 100) == "old");
  CHECK(recorder.kind(missing) == base::Kind::absent);
  CHECK(fs.asked().empty());
  CHECK(facts.size() == 2);
  CHECK(*recorder.read(file, 99) == "new"); // another limit is another question
  CHECK(facts.size() == 3);
}

TEST_CASE("resolving a path leaves a fact for each component and each link") {
  test::MemoryFs fs;
  fs.link("/home/u/.config", "dot/config").file("/home/u/dot/config/nvim/init.lua");
  trace::Facts facts;
  trace::FsRecorder recorder(fs, facts);
  const auto resolved = base::resolve(recorder, AbsPath::literal("/home/u/.config/nvim"));
  REQUIRE(resolved);
  CHECK(resolved->path.string() == "/home/u/dot/config/nvim");
  const auto has = [&](const Fact& fact) {
    return std::find(facts.begin(), facts.end(), fact) != facts.end();
  };
  CHECK(has({FactKind::kind, "/home/u", "", "directory"}));
  CHECK(has({FactKind::kind, "/home/u/.config", "", "symlink"}));
  CHECK(has({FactKind::target, "/home/u/.config", "", "to dot/config"}));
  CHECK(has({FactKind::kind, "/home/u/dot/config/nvim", "", "directory"}));
}

TEST_CASE("variables are noted as digests, never as text") {
  const base::Env env(Variables{{"PSBC_ENVS_PATH", "/data/envs"}});
  trace::Facts facts;
  const trace::EnvRecorder recorder(env, facts);
  CHECK(recorder.get("PSBC_ENVS_PATH") == "/data/envs");
  CHECK(recorder.get("PSBC_ENVS_PATH") == "/data/envs");
  CHECK_FALSE(recorder.get("SHELL"));
  const trace::Facts expected = {{FactKind::env, "PSBC_ENVS_PATH", "", base::digest("/data/envs")},
                                 {FactKind::env, "SHELL", "", "unset"}};
  CHECK(facts == expected);
}

TEST_CASE("what was recorded holds when the world is asked again") {
  test::MemoryFs fs;
  fs.file("/home/u/.vimrc", "x").link("/l", "home").unreadable("/secret");
  const base::Env env(Variables{{"A", "1"}});
  const trace::Constants constants = {{"psbc", "build-1"}};
  trace::Facts facts;
  trace::FsRecorder recorder(fs, facts);
  const trace::EnvRecorder variables(env, facts);
  trace::note_constants(facts, constants);
  (void)variables.get("A");
  (void)variables.get("B");
  for (const char* text : {"/home/u/.vimrc", "/l", "/secret", "/none", "/home"}) {
    const AbsPath path = AbsPath::literal(text);
    (void)recorder.kind(path);
    (void)recorder.read(path, 10);
    (void)recorder.target(path);
    (void)recorder.names(path);
    (void)recorder.ownership(path);
    (void)recorder.link_count(path);
    (void)recorder.stamp(path);
    (void)recorder.glob(path, "*", 10);
  }
  CHECK(facts.size() == 3 + 5 * 8);
  for (const Fact& fact : facts) {
    CAPTURE(to_string(fact.kind), fact.subject);
    CHECK(observe(fact, {fs, env, constants}) == fact.value);
  }
}
