// SPDX-License-Identifier: MIT
#include "policy/lower.h"

#include "support/catch.h"
#include "support/lowered.h"

using psbc::test::access_of;
using psbc::test::Machine;
using Strings = std::vector<std::string>;

TEST_CASE("the smallest project gets itself, a root of its own, and nothing else of HOME") {
  Machine m;
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(m.codes().empty());
  CHECK(access_of(*policy, "/home/u") == "closed");
  CHECK(access_of(*policy, "/run") == "closed");
  CHECK(access_of(*policy, "/home/u/code/lab") == "writable");
  CHECK(access_of(*policy, "/home/u/code/lab/.python-sandbox.toml") == "read-only");
  CHECK(access_of(*policy, policy->root.string()) == "writable");
  CHECK(access_of(*policy, policy->session.string()) == "read-only");
  for (const auto& rule : policy->rules) CHECK_FALSE(rule.origin.where.empty());
}

TEST_CASE("what exposes too much is refused however it is spelled") {
  struct Row { const char* entry; const char* code; };
  const Row rows[] = {
      {"~", "exposes-home"},
      {"/", "exposes-root"},
      {"/home", "exposes-home"},
      {"${HOME}", "exposes-home"},
      {"~/code", "exposes-project-ancestor"}, // all siblings of the project
      {"/proc", "exposes-system-tree"},
      {"/etc", "exposes-system-tree"},
      {"/tmp", "exposes-system-tree"},
      {"/run/docker.sock", "exposes-control-socket"},
      {"~/.config", "exposes-credential-parent"},
      {"~/.local", "exposes-credential-parent"},
      {"~/.local/state/psbc", "exposes-psbc-state"},
      {"~/.config/firejail", "exposes-psbc-state"},
      {"~/.ssh", "exposes-credentials"},
      {"~/.ssh/id_rsa.pub", "exposes-credentials"},
      {"~/.cache/huggingface", "exposes-credential-parent"}, // holds the token
      {"~/innocent", "exposes-credentials"},           // a symlink to ~/.aws
      {"~/everything", "exposes-home"},            // a symlink to ~
      {"~/socket", "exposes-control-socket"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.entry);
    Machine m;
    m.fs.directory("/home/u/.ssh").directory("/home/u/.aws").link("/home/u/innocent", ".aws").link("/home/u/everything", "/home/u");
    m.fs.other("/home/u/socket");
    m.project.readonly = {m.said(row.entry)};
    CHECK_FALSE(m.lower());
    CHECK(m.codes() == Strings{row.code});
  }
}

TEST_CASE("a symlink in the project cannot expose what it points to") {
  Machine m;
  m.fs.directory("/data/other").link("/home/u/code/lab/data", "/data/other");
  m.project.readonly = {m.said("data")};
  CHECK_FALSE(m.lower());
  CHECK(m.codes() == Strings{"symlink-escape"});
}

TEST_CASE("what the host executes later is never writable") {
  for (const char* entry : {"~/.bashrc", "~/.local/bin", "~/bin", "~/.vim", "/usr/local/x"}) {
    CAPTURE(entry);
    Machine m;
    m.project.writable = {m.said(entry)};
    CHECK_FALSE(m.lower());
  }
}

TEST_CASE("a dataset elsewhere is visible, and its neighbours are not") {
  Machine m;
  m.fs.directory("/data/imagenet").directory("/data/private").directory("/backup");
  m.project.readonly = {m.said("/data/imagenet")};
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/data") == "closed");
  CHECK(access_of(*policy, "/data/imagenet") == "read-only");
  CHECK(access_of(*policy, "/backup") == "closed"); // unknown top directories are closed for everybody
}

TEST_CASE("a symlinked dotfile directory is exposed where it really is, and linked again inside") {
  Machine m;
  m.fs.link("/home/u/.vim", "dotfiles/vim").directory("/home/u/dotfiles/vim");
  m.user.readonly = {m.said("~/.vim")};
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/dotfiles/vim") == "read-only");
  CHECK(access_of(*policy, "/home/u/.vim").empty());
  REQUIRE_FALSE(policy->aliases.empty());
  bool found = false;
  for (const auto& alias : policy->aliases)
    found = found || (alias.link.string() == "/home/u/.vim" && alias.target == "dotfiles/vim");
  CHECK(found);
}

TEST_CASE("an exposed file with a secret stays outside until its owner accepts it") {
  Machine m;
  m.fs.file("/home/u/.toolrc", "url = https://me:hunter2secret@pypi.example/simple\n");
  m.user.readonly = {m.said("~/.toolrc")};
  auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.toolrc").empty());
  CHECK(m.codes() == Strings{"secret-in-exposed-file"});
  for (const auto& diagnostic : m.diagnostics.all())
    for (const auto& note : diagnostic.notes) CHECK(note.find("hunter2secret") == std::string::npos);

  m.diagnostics = {};
  m.user.accept_secrets = {m.said("~/.toolrc")};
  policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.toolrc") == "read-only");
}

TEST_CASE("a bashrc with a token is not copied into the sandbox") {
  Machine m;
  m.fs.file("/home/u/.bashrc", "alias ll='ls -l'\nexport X_API_KEY=abcdef0123456789abcdef\n");
  auto policy = m.compile();
  REQUIRE(policy);
  for (const auto& file : policy->home_files) CHECK(file.content.find("abcdef0123456789") == std::string::npos);
  CHECK(m.codes() == Strings{"secret-in-exposed-file"});
}

TEST_CASE("hidden entries") {
  Machine m;
  m.fs.file("/home/u/code/lab/.env", "K=V").directory("/home/u/code/lab/secrets").file("/home/u/code/lab/a/b/.env");

  SECTION("are hidden, and what lies between is pinned") {
    m.project.hidden = {m.said(".env"), m.said("secrets/"), m.said("a/b/.env")};
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/code/lab/.env") == "hidden");
    CHECK(access_of(*policy, "/home/u/code/lab/secrets") == "hidden");
    CHECK(access_of(*policy, "/home/u/code/lab/a/b/.env") == "hidden");
    CHECK(access_of(*policy, "/home/u/code/lab/a") == "pinned");
    CHECK(access_of(*policy, "/home/u/code/lab/a/b") == "pinned");
  }
  SECTION("may be recursive patterns, which firejail does not have") {
    m.project.hidden = {m.said("**/.env")};
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/code/lab/.env") == "hidden");
    CHECK(access_of(*policy, "/home/u/code/lab/a/b/.env") == "hidden");
  }
  SECTION("that hide nothing are said") {
    m.project.hidden = {m.said("~/.ssh"), m.said("absent"), m.said("*.nothing")};
    REQUIRE(m.compile());
    CHECK(m.codes().size() == 3);
    CHECK_FALSE(m.diagnostics.has_errors());
  }
  SECTION("cannot take the project away") {
    m.project.hidden = {m.said(".")};
    CHECK_FALSE(m.lower());
    CHECK(m.codes() == Strings{"hides-essential"});
  }
  SECTION("win over what is exposed below them") {
    m.fs.directory("/data/set/private");
    m.project.readonly = {m.said("/data/set")};
    m.user.hidden = {m.said("/data/set/private")};
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/data/set/private") == "hidden");
  }
}

TEST_CASE("git directories stay usable, and nothing that git executes is writable") {
  Machine m;
  m.fs.directory("/home/u/code/lab/.git/hooks").file("/home/u/code/lab/.git/config").directory("/home/u/code/lab/.git/info");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/lab/.git") == "pinned");
  CHECK(access_of(*policy, "/home/u/code/lab/.git/hooks") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/lab/.git/config") == "read-only");
}

TEST_CASE("a linked worktree gets its repository, with the same pins") {
  Machine m;
  m.fs.file("/home/u/code/lab/.git", "gitdir: /home/u/code/main/.git/worktrees/lab\n");
  m.fs.file("/home/u/code/main/.git/worktrees/lab/gitdir", "/home/u/code/lab/.git\n");
  m.fs.file("/home/u/code/main/.git/worktrees/lab/commondir", "../..\n");
  m.fs.file("/home/u/code/main/.git/HEAD").file("/home/u/code/main/.git/config").directory("/home/u/code/main/.git/hooks");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/lab/.git") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/main/.git") == "writable");
  CHECK(access_of(*policy, "/home/u/code/main/.git/hooks") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/main/.git/worktrees/lab/commondir") == "read-only");
  CHECK(access_of(*policy, "/home/u/code/main/.git/worktrees/lab") == "pinned");
  CHECK(access_of(*policy, "/home/u/code/main/.git/worktrees") == "pinned");
}

TEST_CASE("a gitfile that names another project's repository exposes nothing") {
  Machine m;
  m.fs.file("/home/u/code/lab/.git", "gitdir: ../private/.git\n");
  m.fs.file("/home/u/code/private/.git/HEAD").file("/home/u/code/private/.git/config", "[core]\n\tbare = false\n");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/private/.git").empty());
  CHECK(m.codes() == Strings{"symlink-escape"});
}

TEST_CASE("an environment's interpreter is exposed only where version managers keep theirs") {
  Machine m;
  m.fs.file("/home/u/envs/lab/pyvenv.cfg", "home = /home/u/.pyenv/versions/3.12.1/bin\n");
  m.fs.directory("/home/u/.pyenv/versions/3.12.1/bin");
  auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.pyenv/versions/3.12.1") == "read-only");
  CHECK(access_of(*policy, "/home/u/envs/lab") == "writable"); // a directory of older days is used as it is

  m.fs.file("/home/u/envs/lab/pyvenv.cfg", "home = /home/u/.ssh\n").directory("/home/u/.ssh");
  policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.ssh").empty());
}

TEST_CASE("tools are recognised by the project's files") {
  Machine m;
  m.fs.file("/home/u/code/lab/pyproject.toml", "[project]\nname = 'x'\n[tool.poetry.dependencies]\n").file("/home/u/code/lab/uv.lock");
  m.fs.file("/home/u/.local/bin/uv");
  const auto policy = m.compile();
  REQUIRE(policy);
  for (const char* tool : {"python", "pip", "huggingface", "uv", "poetry"})
    CHECK(std::count(policy->tools.begin(), policy->tools.end(), tool) == 1);
  for (const char* tool : {"conda", "pixi", "tmux"}) CHECK(std::count(policy->tools.begin(), policy->tools.end(), tool) == 0);
  CHECK(access_of(*policy, "/home/u/.local/bin/uv") == "read-only");
}

TEST_CASE("a project cannot decide variables that the shell, the loader or psbc obey") {
  for (const char* name : {"LD_PRELOAD", "BASH_ENV", "PATH", "JAILED_ENV", "PSBC_SANDBOX", "SSH_AUTH_SOCK"}) {
    CAPTURE(name);
    Machine m;
    m.project.env_pass = {m.said(name)};
    CHECK_FALSE(m.lower());
    m.project.env_pass = {};
    m.project.env_set = {{m.said(name), m.said("x")}};
    CHECK_FALSE(m.lower());
  }
}

TEST_CASE("a directory that holds HOME or the system is no project") {
  for (const char* root : {"/home/u", "/home", "/", "/etc/x", "/tmp", "/home/u/.config/psbc/x"}) {
    CAPTURE(root);
    Machine m;
    CHECK_FALSE(m.lower(root));
    CHECK(m.codes() == Strings{"bad-project-root"});
  }
}

TEST_CASE("a name with brackets is hidden by its name, too") {
  Machine m;
  m.fs.file("/home/u/code/lab/app/[id]/.env", "K=V").file("/home/u/code/lab/app/i/.env", "K=V");
  m.project.hidden = {m.said("app/[id]/.env")};
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/code/lab/app/[id]/.env") == "hidden");
  CHECK(access_of(*policy, "/home/u/code/lab/app/i/.env") == "hidden");
}
