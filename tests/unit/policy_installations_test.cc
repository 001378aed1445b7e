// SPDX-License-Identifier: MIT
#include "policy/installations.h"

#include <algorithm>
#include <set>

#include "support/catch.h"
#include "support/lowered.h"

using psbc::test::access_of;
using psbc::test::Machine;
using Strings = std::vector<std::string>;
namespace policy = psbc::policy;

TEST_CASE("each row of the tool table is whole: a sign, sorted, values that mean something") {
  std::string last;
  for (const policy::Tool& tool : policy::tool_table()) {
    CAPTURE(tool.id);
    CHECK(last < tool.id);
    last = tool.id;
    CHECK(tool.signs[0].kind != policy::Sign::Kind::none);
    CHECK(std::string_view(tool.keeps).find_first_of("|\n") == std::string_view::npos); // one cell of docs/tools.md
    for (const policy::Sign& sign : tool.signs) CHECK((sign.kind < policy::Sign::Kind::file) == (sign.path == nullptr));
    for (const policy::ToolVariable& variable : tool.sets) {
      if (variable.name == nullptr || !std::string_view(variable.value).starts_with("@{")) continue;
      const std::string_view hole = std::string_view(variable.value).substr(0, std::string_view(variable.value).find('}') + 1);
      CHECK(std::string_view("@{cache}@{state}@{root}@{home}@{project}@{environment}").find(hole) != std::string_view::npos);
    }
  }
}

TEST_CASE("no two rows set one variable") {
  std::set<std::string> names;
  for (const policy::Tool& tool : policy::tool_table())
    for (const policy::ToolVariable& variable : tool.sets)
      if (variable.name != nullptr) CHECK(names.insert(variable.name).second);
}

TEST_CASE("a launcher is exposed with the installation behind it, and what that one needs") {
  Machine m;
  m.fs.file("/home/u/code/lab/poetry.lock");
  SECTION("a symlink into a pipx environment of a pyenv version") {
    m.fs.link("/home/u/.local/bin/poetry", "../share/pipx/venvs/poetry/bin/poetry");
    m.fs.file("/home/u/.local/share/pipx/venvs/poetry/bin/poetry", "#!/home/u/.local/share/pipx/venvs/poetry/bin/python\n");
    m.fs.file("/home/u/.local/share/pipx/venvs/poetry/pyvenv.cfg", "home = /home/u/.pyenv/versions/3.11.4/bin\n");
    m.fs.directory("/home/u/.pyenv/versions/3.11.4/bin");
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.local/share/pipx/venvs/poetry") == "read-only");
    CHECK(access_of(*policy, "/home/u/.pyenv/versions/3.11.4") == "read-only");
    CHECK(std::any_of(policy->aliases.begin(), policy->aliases.end(),
                      [](const auto& alias) { return alias.link.string() == "/home/u/.local/bin/poetry"; }));
  }
  SECTION("a script whose first line names the interpreter, in the form for long paths, too") {
    m.fs.file("/home/u/.local/bin/poetry", "#!/bin/sh\n'''exec' /home/u/.local/share/uv/tools/poetry/bin/python \"$0\" \"$@\"\n' '''\n");
    m.fs.directory("/home/u/.local/share/uv/tools/poetry/bin");
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.local/bin/poetry") == "read-only");
    CHECK(access_of(*policy, "/home/u/.local/share/uv/tools/poetry") == "read-only");
  }
  SECTION("one that names something else shows itself alone") {
    m.fs.file("/home/u/.local/bin/poetry", "#!/home/u/.ssh/python\n").directory("/home/u/.ssh");
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.ssh").empty());
  }
}

TEST_CASE("of a conda base, other projects' environments and packages stay outside, and files with tokens are hidden") {
  Machine m;
  m.fs.file("/home/u/code/lab/environment.yml", "name: vision\ndependencies: []\n");
  m.fs.file("/home/u/miniforge3/bin/conda").directory("/home/u/miniforge3/lib").directory("/home/u/miniforge3/pkgs");
  m.fs.file("/home/u/miniforge3/.condarc", "channels:\n  - https://conda.example.org/t/tk-4f1d2a9c77aa/main\n");
  m.fs.file("/home/u/miniforge3/envs/vision/conda-meta/history").file("/home/u/miniforge3/envs/vision/bin/python");
  m.fs.file("/home/u/miniforge3/envs/vision/etc/conda/activate.d/vars.sh", "export API_TOKEN=abcdef0123456789abcdef\n");
  m.fs.file("/home/u/miniforge3/envs/other/conda-meta/history");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/miniforge3/bin") == "read-only");
  CHECK(access_of(*policy, "/home/u/miniforge3/lib") == "read-only");
  CHECK(access_of(*policy, "/home/u/miniforge3").empty());
  CHECK(access_of(*policy, "/home/u/miniforge3/pkgs").empty());
  CHECK(access_of(*policy, "/home/u/miniforge3/envs/other").empty());
  CHECK(access_of(*policy, "/home/u/miniforge3/envs/vision") == "read-only");
  CHECK(access_of(*policy, "/home/u/miniforge3/envs/vision/etc/conda/activate.d") == "hidden");
  CHECK(access_of(*policy, "/home/u/miniforge3/.condarc") != "read-only");
  CHECK(policy->environment.string() == "/home/u/miniforge3/envs/vision");
  CHECK(m.codes() == Strings{"secret-in-exposed-file"});
}

TEST_CASE("a .condarc with a token in a channel's URL is not exposed; one without is") {
  for (const bool secret : {true, false}) {
    CAPTURE(secret);
    Machine m;
    m.fs.file("/home/u/code/lab/environment.yml", "name: x\n");
    m.fs.file("/home/u/.condarc", secret ? "channels: [https://conda.anaconda.org/t/ab-0f1e2d3c4b5a/team]\n" : "channels: [conda-forge]\n");
    m.fs.file("/home/u/.conda/environments.txt", "/home/u/code/private/.conda\n");
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.condarc") == (secret ? "" : "read-only"));
    CHECK(access_of(*policy, "/home/u/.conda/environments.txt").empty());
  }
}

TEST_CASE("what a file of the project names shows nothing but interpreters") {
  for (const char* version : {"../../.ssh", "/home/u/.ssh", "3.12.1/../../../.ssh", ".", "..", "", "evil"}) {
    CAPTURE(version);
    Machine m;
    m.fs.file("/home/u/code/lab/.python-version", std::string(version) + "\n");
    m.fs.file("/home/u/code/lab/environment.yml", "name: " + std::string(version) + "\n");
    m.fs.directory("/home/u/.ssh").directory("/home/u/.pyenv/versions/3.12.1/bin").directory("/home/u/miniconda3/bin");
    m.fs.link("/home/u/.pyenv/versions/evil", "/home/u/.ssh").directory("/home/u/miniconda3/envs");
    m.fs.link("/home/u/miniconda3/envs/evil", "/home/u/.ssh").directory("/home/u/.ssh/conda-meta");
    const auto policy = m.compile();
    REQUIRE(policy);
    for (const auto& rule : policy->rules) {
      CHECK(rule.path.string().find(".ssh") == std::string::npos);
      CHECK(rule.path.string() != "/home/u/.pyenv/versions");
    }
  }
}

TEST_CASE("a pyenv version is exposed without the environments of other projects in it") {
  Machine m;
  m.fs.file("/home/u/code/lab/.python-version", "3.12.1\n").directory("/home/u/.pyenv/versions/3.12.1/bin");
  m.fs.directory("/home/u/.pyenv/shims").directory("/home/u/.pyenv/versions/3.12.1/envs/private");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.pyenv/versions/3.12.1/bin") == "read-only");
  CHECK(access_of(*policy, "/home/u/.pyenv/versions/3.12.1/envs").empty());
  CHECK(access_of(*policy, "/home/u/.pyenv/shims") == "read-only");
}

TEST_CASE("settings of an editor are scanned file by file; undo files and histories stay outside") {
  Machine m;
  m.fs.file("/home/u/.config/nvim/init.lua", "vim.o.number = true\n");
  m.fs.file("/home/u/.config/nvim/lua/ai.lua", "local api_key = 'sk-ant-abcdef0123456789abcdef'\n");
  m.fs.file("/home/u/.vim/undo/%home%u%.env", "x").directory("/home/u/.vim/pack").file("/home/u/.vimrc", "set number\n");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.config/nvim") == "read-only");
  CHECK(access_of(*policy, "/home/u/.config/nvim/lua/ai.lua") == "hidden");
  CHECK(access_of(*policy, "/home/u/.vim/pack") == "read-only");
  CHECK(access_of(*policy, "/home/u/.vim").empty());
  CHECK(access_of(*policy, "/home/u/.vimrc") == "read-only");
}
