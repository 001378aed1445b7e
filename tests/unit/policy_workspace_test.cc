// SPDX-License-Identifier: MIT
#include <functional>

#include "support/catch.h"
#include "support/lowered.h"

using psbc::config::WorkspaceGit;
using psbc::test::access_of;
using psbc::test::Machine;
using Strings = std::vector<std::string>;

namespace {

/// The project is services/web of a repository in ~/code/mono.
class Mono : public Machine {
 public:
  static constexpr const char* root = "/home/u/code/mono/services/web";
  Mono() {
    fs.file("/home/u/code/mono/services/web/.python-sandbox.toml", "name = \"lab\"\n");
    fs.file("/home/u/code/mono/.git/HEAD").file("/home/u/code/mono/.git/config").directory("/home/u/code/mono/.git/hooks");
    fs.directory("/home/u/code/mono/libs/common").directory("/home/u/code/mono/libs/client").directory("/home/u/code/mono/services/api");
  }
  std::optional<psbc::policy::Policy> compile() { return Machine::compile(root); }
  void readonly(const char* entry) { project.workspace.readonly.push_back(said(entry)); }
  void writable(const char* entry) { project.workspace.writable.push_back(said(entry)); }
  void git(WorkspaceGit value) { project.workspace.git = {.value = value, .span = said("git").span}; }
};

} // namespace

TEST_CASE("a project of a repository sees nothing of it that it does not ask for") {
  Mono m;
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(m.codes().empty());
  for (const auto& rule : policy->rules)
    if (rule.path.is_under(psbc::base::AbsPath::literal("/home/u/code/mono")))
      CHECK(rule.path.is_under(psbc::base::AbsPath::literal(Mono::root)));
}

TEST_CASE("siblings are named from the top level of the repository") {
  Mono m;
  m.readonly("libs/common");
  m.writable("libs/client/");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/mono/libs/common") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/mono/libs/client") == "writable");
  CHECK(access_of(*policy, "/home/u/code/mono/.git").empty());
}

TEST_CASE("entries may overlap: the inner one counts for what is in it, and read-only wins for one path") {
  Mono m;
  m.readonly("libs");
  m.readonly("libs/client/vendored");
  m.readonly("libs/both");
  m.writable("libs/client");
  m.writable("libs/both");
  m.fs.directory("/home/u/code/mono/libs/client/vendored").directory("/home/u/code/mono/libs/both");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/mono/libs") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/mono/libs/client") == "writable");
  CHECK(access_of(*policy, "/home/u/code/mono/libs/client/vendored") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/mono/libs/both").empty()); // as the directory around it
}

TEST_CASE("the whole repository can be visible, without its history, and is never writable") {
  Mono m;
  m.readonly(".");
  auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/mono") == "read-only");
  CHECK(access_of(*policy, Mono::root) == "writable");
  CHECK(access_of(*policy, "/home/u/code/mono/.git") == "hidden");

  for (const bool as_link : {false, true}) { // kept under another name
    Mono apart;
    apart.fs.remove("/home/u/code/mono/.git").file("/home/u/code/mono/.repo/HEAD").file("/home/u/code/mono/.repo/config");
    if (as_link) apart.fs.link("/home/u/code/mono/.git", ".repo");
    else apart.fs.file("/home/u/code/mono/.git", "gitdir: .repo\n");
    apart.readonly(".");
    policy = apart.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/code/mono/.repo") == "hidden");
  }

  for (const char* entry : {".", "services"}) {
    CAPTURE(entry);
    Mono other;
    other.writable(entry);
    CHECK_FALSE(other.compile());
    CHECK(other.codes() == Strings{"exposes-project-ancestor"});
  }
}

TEST_CASE("git is granted by its own key: none, to look, or to commit with everything pinned that the host obeys") {
  Mono m;
  m.git(WorkspaceGit::read_only);
  auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/mono/.git") == "read-only");

  m.git(WorkspaceGit::commit);
  m.readonly(".");
  m.diagnostics = {};
  policy = m.compile();
  REQUIRE(policy);
  CHECK(m.codes().empty());
  CHECK(access_of(*policy, "/home/u/code/mono/.git") == "writable");
  CHECK(access_of(*policy, "/home/u/code/mono/.git/hooks") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/mono/.git/config") == "read-only");
}

TEST_CASE("to commit without seeing everything is warned about") {
  Mono m;
  m.git(WorkspaceGit::commit);
  REQUIRE(m.compile());
  CHECK(m.codes() == Strings{"bad-workspace"});
}

TEST_CASE("git directories are no entries, however they are spelled") {
  for (const char* entry : {".git", "./.git/hooks", "libs/client/.git", "link"}) {
    CAPTURE(entry);
    Mono m;
    m.fs.file("/home/u/code/mono/libs/client/.git/HEAD").link("/home/u/code/mono/link", ".git");
    m.writable(entry);
    CHECK_FALSE(m.compile());
    CHECK(m.codes() == Strings{"bad-workspace"});
  }
}

TEST_CASE("a symlink is followed inside of the repository, and refused where it leads out") {
  Mono m;
  m.fs.link("/home/u/code/mono/libs/short", "common").link("/home/u/code/mono/libs/out", "../../other").directory("/home/u/code/other");
  m.readonly("libs/short");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/mono/libs/common") == "read-only");
  bool linked = false;
  for (const auto& alias : policy->aliases) linked = linked || alias.link.string() == "/home/u/code/mono/libs/short";
  CHECK(linked);
  m.readonly("libs/out");
  CHECK_FALSE(m.compile());
  CHECK(m.codes() == Strings{"symlink-escape"});
}

TEST_CASE("a symlink where a session can write decides nothing") {
  Mono m;
  m.fs.link("/home/u/code/mono/libs/client/later", "../common");
  m.writable("libs/client");
  m.readonly("libs/client/later");
  CHECK_FALSE(m.compile());
  CHECK(m.codes() == Strings{"symlink-escape"});
}

TEST_CASE("what a session makes in the project does not move the top level") {
  for (const bool as_file : {false, true}) {
    CAPTURE(as_file);
    Mono m;
    m.readonly("libs/common");
    const std::string git = std::string(Mono::root) + "/.git";
    if (as_file) m.fs.file(git, "gitdir: /home/u/code/other/.git\n").file("/home/u/code/other/.git/HEAD");
    else m.fs.file(git + "/HEAD").file(git + "/config");
    m.fs.directory(std::string(Mono::root) + "/libs/common");
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/code/mono/libs/common") == "read-only");
    CHECK(access_of(*policy, std::string(Mono::root) + "/libs/common").empty());
    CHECK(access_of(*policy, "/home/u/code/other/.git").empty());
  }
}

TEST_CASE("taking HEAD away from the enclosing repository does not move the top level either") {
  Mono m;
  m.fs.remove("/home/u/code/mono/.git/HEAD").file("/home/u/code/.git/HEAD");
  m.readonly("libs/common");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/mono/libs/common") == "read-only");
}

TEST_CASE("no repository can be made at the root of a project that is in one") {
  Mono m;
  auto policy = m.compile();
  REQUIRE(policy);
  const std::string git = std::string(Mono::root) + "/.git";
  CHECK(access_of(*policy, git) == "read-only");
  m.fs.directory(git); // as the build makes it
  policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, git) == "read-only");
  CHECK(access_of(*policy, git + "/hooks").empty());
  m.writable("libs/client"); // nor at the root of a sibling
  policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/mono/libs/client/.git") == "read-only");
}

TEST_CASE("a repository that cannot be used is refused, for who asks for it") {
  const auto none = [](Machine&) {};
  const auto home = [](Machine& m) { m.fs.file("/home/u/.git/HEAD"); };
  const auto anothers = [](Machine& m) { m.fs.file("/home/u/code/.git/HEAD").at("/home/u/code/.git").ownership.uid = 7; };
  for (const auto& prepare : {std::function<void(Machine&)>(none), std::function<void(Machine&)>(home), std::function<void(Machine&)>(anothers)}) {
    Machine m;
    prepare(m);
    CHECK(m.compile());
    CHECK(m.codes().empty());
    m.project.workspace.readonly = {m.said("libs")};
    CHECK_FALSE(m.compile());
    CHECK(m.codes() == Strings{"bad-workspace"});
  }
}

TEST_CASE("the policy of a project below the project is read-only, and so is what git obeys there") {
  Machine m;
  m.fs.file("/home/u/code/lab/sub/.python-sandbox.toml").file("/home/u/code/lab/a/b/c/.python-sandbox.toml");
  m.fs.file("/home/u/code/lab/vendor/x/.git/HEAD").file("/home/u/code/lab/vendor/x/.git/config");
  m.fs.file("/home/u/code/lab/wt/.git", "gitdir: elsewhere\n");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/lab/sub/.python-sandbox.toml") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/lab/a/b/c/.python-sandbox.toml") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/lab/a") == "pinned");
  CHECK(access_of(*policy, "/home/u/code/lab/vendor/x/.git/config") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/lab/vendor/x/.git") == "pinned");
  CHECK(access_of(*policy, "/home/u/code/lab/wt/.git") == "read-only");
}

TEST_CASE("a writable sibling keeps its policy and what git obeys in it, and so does every writable directory") {
  Mono m;
  m.writable("libs/client");
  m.project.writable = {m.said("~/runs")};
  for (const std::string tree : {"/home/u/code/mono/libs/client", "/home/u/runs"})
    m.fs.file(tree + "/.python-sandbox.toml").file(tree + "/.git/HEAD").file(tree + "/.git/config");
  const auto policy = m.compile();
  REQUIRE(policy);
  for (const std::string tree : {"/home/u/code/mono/libs/client", "/home/u/runs"}) {
    CHECK(access_of(*policy, tree) == "writable");
    CHECK(access_of(*policy, tree + "/.python-sandbox.toml") == "read-only");
    CHECK(access_of(*policy, tree + "/.git/config") == "read-only");
    CHECK(access_of(*policy, tree + "/.git/hooks") == "read-only");
  }
}

TEST_CASE("a submodule's own file is found through its repository, at any depth") {
  Machine m;
  const std::string module = "/home/u/code/lab/.git/modules/x", tree = "/home/u/code/lab/a/b/c/d/e/f/x";
  m.fs.file("/home/u/code/lab/.git/HEAD").file(module + "/HEAD").file(module + "/config", "[core]\n\tworktree = ../../../a/b/c/d/e/f/x\n");
  m.fs.file(tree + "/.git", "gitdir: ../../../../../../../.git/modules/x\n");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, tree + "/.git") == "read-only");
}

TEST_CASE("the history of the repository is not hidden from a submodule whose own repository lies in it: that is an error") {
  Machine m;
  m.fs.file("/home/u/code/mono/.git/HEAD").file("/home/u/code/mono/sub/.git", "gitdir: ../.git/modules/sub\n");
  m.fs.file("/home/u/code/mono/.git/modules/sub/HEAD").file("/home/u/code/mono/.git/modules/sub/config", "[core]\n\tworktree = ../../../sub\n");
  m.project.workspace.readonly = {m.said(".")};
  CHECK_FALSE(m.lower("/home/u/code/mono/sub"));
  CHECK(m.codes() == Strings{"bad-workspace"});
  m.diagnostics = {};
  m.project.workspace.git = {.value = WorkspaceGit::read_only, .span = m.said("git").span};
  CHECK(m.compile("/home/u/code/mono/sub"));
}
