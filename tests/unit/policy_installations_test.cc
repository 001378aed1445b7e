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
    CAPTURE(tool.id.view());
    CHECK(last < tool.id.view());
    last = tool.id;
    CHECK(tool.signs[0].kind != policy::Sign::Kind::none);
    CHECK(std::string_view(tool.keeps).find_first_of("|\n") == std::string_view::npos); // one cell of docs/tools.md
    for (const policy::Sign& sign : tool.signs) CHECK((sign.kind < policy::Sign::Kind::file) == sign.path.empty());
    for (const policy::ToolVariable& variable : tool.sets) {
      if (variable.name.empty() || !std::string_view(variable.value).starts_with("@{")) continue;
      const std::string_view hole = std::string_view(variable.value).substr(0, std::string_view(variable.value).find('}') + 1);
      CHECK(std::string_view("@{cache}@{state}@{root}@{home}@{project}@{environment}").find(hole) != std::string_view::npos);
    }
  }
}

TEST_CASE("no two rows set one variable") {
  std::set<std::string> names;
  for (const policy::Tool& tool : policy::tool_table())
    for (const policy::ToolVariable& variable : tool.sets)
      if (!variable.name.empty()) CHECK(names.emplace(variable.name).second);
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
  const bool named = GENERATE(false, true); // by the project's own file, which a session cannot write
  if (named) m.project.venv = m.said("~/miniforge3/envs/vision");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/miniforge3/bin") == "read-only");
  CHECK(access_of(*policy, "/home/u/miniforge3/lib") == "read-only");
  CHECK(access_of(*policy, "/home/u/miniforge3").empty());
  CHECK(access_of(*policy, "/home/u/miniforge3/pkgs").empty());
  CHECK(access_of(*policy, "/home/u/miniforge3/envs/other").empty());
  CHECK(access_of(*policy, "/home/u/miniforge3/envs/vision") == (named ? "writable" : ""));
  CHECK(access_of(*policy, "/home/u/miniforge3/envs/vision/etc/conda/activate.d") == (named ? "hidden" : ""));
  CHECK(access_of(*policy, "/home/u/miniforge3/.condarc") != "read-only");
  CHECK(policy->environment.string() == (named ? "/home/u/miniforge3/envs/vision" : "/home/u/envs/lab"));
  CHECK(m.codes() == Strings{"secret-in-exposed-file"});
}

TEST_CASE("a .condarc is carried as a copy, without the token in a channel's URL") {
  for (const bool secret : {true, false}) {
    CAPTURE(secret);
    Machine m;
    m.fs.file("/home/u/code/lab/environment.yml", "name: x\n");
    m.fs.file("/home/u/.condarc", secret ? "channels: [https://conda.anaconda.org/t/ab-0f1e2d3c4b5a/team]\n" : "channels: [conda-forge]\n");
    m.fs.file("/home/u/.conda/environments.txt", "/home/u/code/private/.conda\n");
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.condarc").empty());
    const auto copy = std::find_if(policy->home_files.begin(), policy->home_files.end(), [](const auto& file) { return file.path == ".condarc"; });
    REQUIRE(copy != policy->home_files.end());
    CHECK(copy->content == (secret ? "channels: [https://conda.anaconda.org/team]\n" : "channels: [conda-forge]\n"));
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

TEST_CASE("no file that a session can write leads to an environment of another project") {
  Machine m;
  m.fs.directory("/home/u/miniconda3/bin").file("/home/u/miniconda3/envs/prod/conda-meta/history");
  m.fs.file("/home/u/.conda/envs/prod/conda-meta/history");
  m.fs.file("/home/u/.pyenv/versions/prod/pyvenv.cfg", "home = /home/u/.pyenv/versions/3.12.1/bin\n");
  m.fs.file("/home/u/.pyenv/versions/old/bin/activate"); // virtualenv before 20
  m.fs.directory("/home/u/.pyenv/versions/3.12.1/envs/deep/bin").link("/home/u/.pyenv/versions/deep", "3.12.1/envs/deep");
  m.fs.file("/home/u/.local/share/pipx/venvs/tool/pyvenv.cfg");
  for (const char* asked : {"/home/u/miniconda3/envs/prod", "/home/u/.conda/envs/prod", "/home/u/.pyenv/versions/prod", "/home/u/.pyenv/versions/old",
                            "/home/u/.pyenv/versions/deep", "/home/u/.pyenv/versions/3.12.1/envs/deep", "/home/u/.local/share/pipx/venvs/tool"}) {
    CAPTURE(asked);
    const std::string path = asked;
    m.fs.file("/home/u/code/lab/.venv/pyvenv.cfg", "home = " + path + "/bin\n");
    m.fs.file("/home/u/code/lab/.python-version", path.substr(path.rfind('/') + 1) + "\n");
    m.fs.file("/home/u/code/lab/environment.yml", "name: prod\n");
    const auto policy = m.compile();
    REQUIRE(policy);
    for (const auto& rule : policy->rules)
      for (const char* name : {"prod", "old", "deep", "venvs"}) CHECK(rule.path.string().find(name) == std::string::npos);
    CHECK(policy->environment.string() == "/home/u/code/lab/.venv");
  }
  m.fs.file("/home/u/code/lab/.venv/pyvenv.cfg", "home = /home/u/miniconda3/bin\n");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/miniconda3/bin") == "read-only");
}

TEST_CASE("environments that lead to each other end") {
  Machine m;
  m.project.venv = m.said("~/anaconda3/envs/lab");
  m.fs.file("/home/u/anaconda3/envs/lab/pyvenv.cfg", "home = /home/u/.conda/envs/lab/bin\n").link("/home/u/.conda/envs", "../anaconda3/envs");
  m.fs.link("/home/u/.local/bin/poetry", "../share/pipx/venvs/a/bin/poetry").file("/home/u/.local/share/pipx/venvs/a/bin/poetry");
  m.fs.file("/home/u/.local/share/pipx/venvs/a/pyvenv.cfg", "home = /home/u/.local/pipx/venvs/b/bin\n");
  m.fs.file("/home/u/.local/pipx/venvs/b/pyvenv.cfg", "home = /home/u/.local/share/pipx/venvs/a/bin\n");
  m.fs.file("/home/u/code/lab/poetry.lock");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.local/share/pipx/venvs/a") == "read-only");
  CHECK(access_of(*policy, "/home/u/.local/pipx/venvs/b").empty());
}

TEST_CASE("each installation of a tree is scanned, and environments among them are hidden") {
  const std::string pip = "[global]\nindex-url = https://dev:hunter2hunter2@pypi.corp.example/simple\n";
  const std::string npm = "//registry.npmjs.org/:_authToken=npm_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8\n";
  Machine m;
  for (const char* sign : {".tool-versions", "package.json", "uv.lock", "pixi.lock", ".python-version"}) m.fs.file(std::string("/home/u/code/lab/") + sign);
  const std::pair<const char*, std::string> secrets[] = {
      {"/home/u/.asdf/installs/python/3.11.4/pip.conf", pip},
      {"/home/u/.local/share/mise/installs/python/3.12/etc/pip.conf", pip},
      {"/home/u/.local/share/mise/installs/node/20/etc/npmrc", npm},
      {"/home/u/.nvm/versions/node/v20.1.0/etc/npmrc", npm},
      {"/home/u/.nvm/versions/node/v20.1.0/lib/node_modules/npm/npmrc", npm},
      {"/home/u/.local/share/uv/python/cpython-3.12/pip.conf", pip},
      {"/home/u/.pixi/envs/x/condarc.d/corp.yml", "channels: [https://dev:hunter2hunter2@conda.corp.example/x]\n"},
      {"/home/u/.pixi/envs/x/conda-meta/state", "{}"},
      {"/home/u/.pixi/envs/y/condarc", std::string(300 * 1024, 'x')}, // longer than is scanned
  };
  for (const auto& [path, text] : secrets) m.fs.file(path, text);
  m.fs.file("/home/u/.nvm/versions/node/v21/etc/npmrc", "fund=false\n").file("/home/u/.asdf/installs/python/prod/pyvenv.cfg");
  for (const char* git : {"/home/u/.pyenv/plugins/p/.git/config", "/home/u/.asdf/plugins/python/.git/config"}) m.fs.file(git);
  m.fs.file("/home/u/.pixi/envs/x/etc/conda/activate.d/k.sh").file("/home/u/.pixi/envs/x/etc/conda/deactivate.d/k.sh");
  const auto policy = m.compile();
  REQUIRE(policy);
  for (const auto& [path, text] : secrets) {
    CAPTURE(path);
    CHECK(access_of(*policy, path) == "hidden");
  }
  for (const char* path : {"/home/u/.pyenv/plugins/p/.git", "/home/u/.asdf/plugins/python/.git", "/home/u/.pixi/envs/x/etc/conda/activate.d",
                           "/home/u/.pixi/envs/x/etc/conda/deactivate.d", "/home/u/.asdf/installs/python/prod"})
    CHECK(access_of(*policy, path) == "hidden");
  CHECK(access_of(*policy, "/home/u/.asdf/installs") == "read-only");
  CHECK(access_of(*policy, "/home/u/.nvm/versions/node/v21/etc/npmrc").empty());
}

TEST_CASE("a tree of more installations than are scanned stays outside") {
  Machine m;
  m.fs.file("/home/u/code/lab/package.json");
  for (int i = 0; i < 1025; ++i) m.fs.directory("/home/u/.nvm/versions/node/v" + std::to_string(i));
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.nvm/versions/node").empty());
  CHECK(m.codes() == Strings{"limit-exceeded"});
}

TEST_CASE("what is not scanned of settings is not shown: too long, too deep, too many, of vim as well") {
  const std::string key = "let $OPENAI_API_KEY = 'sk-ant-abcdef0123456789abcdef'\n";
  Machine m;
  m.fs.file("/home/u/.config/nvim/init.lua", "vim.o.number = true\n").file("/home/u/.config/nvim/big.lua", std::string(300 * 1024, 'x'));
  m.fs.file("/home/u/.config/nvim/a/b/c/d/e/f/g.lua", key).file("/home/u/.config/nvim/.git/config").file("/home/u/.config/nvim/pack/p/start/x/.git/config");
  for (int i = 0; i < 140; ++i) m.fs.file("/home/u/.config/nvim/lua/a" + std::to_string(i) + ".lua");
  m.fs.file("/home/u/.config/nvim/lua/z.lua", key).file("/home/u/.local/share/nvim/lazy/x/.git/config");
  for (const char* name : {"after", "autoload", "colors", "ftplugin", "plugin"}) m.fs.file(std::string("/home/u/.vim/") + name + "/x.vim", key);
  m.fs.file("/home/u/.vimrc", std::string(300 * 1024, 'x')).file("/home/u/.vim/pack/p/start/x/.git/config");
  SECTION("within the limits") {
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.config/nvim") == "read-only");
    for (const char* path : {"/home/u/.config/nvim/big.lua", "/home/u/.config/nvim/a/b/c/d/e/f/g.lua", "/home/u/.config/nvim/lua/z.lua", "/home/u/.config/nvim/.git",
                             "/home/u/.config/nvim/pack/p/start/x/.git", "/home/u/.local/share/nvim/lazy/x/.git", "/home/u/.vim/pack/p/start/x/.git",
                             "/home/u/.vim/after/x.vim", "/home/u/.vim/autoload/x.vim", "/home/u/.vim/colors/x.vim", "/home/u/.vim/ftplugin/x.vim", "/home/u/.vim/plugin/x.vim"}) {
      CAPTURE(path);
      CHECK(access_of(*policy, path) == "hidden");
    }
    CHECK(access_of(*policy, "/home/u/.vimrc").empty());
  }
  SECTION("above") {
    for (int i = 0; i < 600; ++i) m.fs.file("/home/u/.config/nvim/lua/b" + std::to_string(i) + ".lua");
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.config/nvim").empty());
    const auto codes = m.codes();
    CHECK(std::find(codes.begin(), codes.end(), "limit-exceeded") != codes.end());
  }
}
