// SPDX-License-Identifier: MIT
// Which files of the user's a shell gets. What the shells make of them: tests/integration/shells_test.py.
#include "policy/shell_table.h"

#include <algorithm>
#include <set>

#include "base/quote.h"
#include "policy/shell_words.h"
#include "support/catch.h"
#include "support/lowered.h"

using namespace psbc;
using psbc::test::access_of;
using psbc::test::Machine;
using Strings = std::vector<std::string>;

namespace {

std::optional<std::string> content_of(const policy::Policy& policy, std::string_view path) {
  for (const auto& file : policy.home_files)
    if (file.path == path) return file.content;
  return std::nullopt;
}

std::optional<std::string> assigned(std::string_view script, std::string_view name = "ZDOTDIR") {
  return policy::assigned_value(script, name, [](std::string_view variable) -> std::optional<std::string> {
    if (variable == "HOME") return "/home/u";
    if (variable == "XDG_CONFIG_HOME") return "";
    return std::nullopt;
  });
}

const std::string token = "ghp_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8";

} // namespace

TEST_CASE("the rows of the shell table are distinct, complete and relative to HOME") {
  std::set<std::string> seen;
  for (const policy::Shell& shell : policy::shell_table()) {
    for (const char* unique : {shell.id, shell.artefact, shell.text, shell.part, shell.history}) CHECK(seen.insert(unique).second);
    CHECK(shell.starts[0].path != nullptr);
    for (const policy::StartFile& start : shell.starts)
      if (start.path != nullptr) {
        CHECK(std::string_view(start.path).front() != '/');
        CHECK(std::string_view(start.text).back() == '\n');
      }
  }
  CHECK(policy::find_shell("/usr/bin/zsh") == policy::find_shell("-zsh"));
  CHECK(policy::find_shell("fish")->fish_quotes);
  CHECK(policy::find_shell("tcsh") == nullptr);
  CHECK(policy::find_shell("") == nullptr);
}

TEST_CASE("a shell that this machine does not have costs a look and writes nothing") {
  Machine m;
  m.fs.file("/home/u/.zshrc", "x").file("/home/u/.config/fish/config.fish", "x");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(policy->shells == Strings{"bash"});
  CHECK_FALSE(content_of(*policy, ".zshrc"));
  CHECK(content_of(*policy, ".bashrc"));
}

TEST_CASE("zsh gets the user's files, psbc's own in front of them, and plugin directories read-only") {
  Machine m;
  m.fs.file("/usr/bin/zsh").file("/home/u/.zshrc", "export ZSH=$HOME/omz\n").file("/home/u/.zshenv", "a=1\n");
  m.fs.file("/home/u/omz/custom/mine.zsh", "x\n").file("/home/u/powerlevel10k/p", "x\n");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(m.codes().empty());
  CHECK(content_of(*policy, ".zshrc") == "export ZSH=$HOME/omz\n");
  CHECK(content_of(*policy, ".zshenv.own") == "a=1\n");
  CHECK(content_of(*policy, ".zshenv")->find("inside.zsh .zshenv") != std::string::npos);
  CHECK(access_of(*policy, "/home/u/omz") == "read-only");
  CHECK(access_of(*policy, "/home/u/powerlevel10k") == "read-only");
}

TEST_CASE("ZDOTDIR becomes a directory of the sandbox's own") {
  Machine m;
  m.fs.file("/usr/bin/zsh").file("/home/u/.config/zsh/.zshrc", "rc\n").file("/home/u/.config/zsh/.zsh_history", token);
  m.fs.file("/home/u/.config/zsh/functions/f", "x\n").file("/home/u/.config/zsh/.zcompdump", "x\n");
  SECTION("said in .zshenv") { m.fs.file("/home/u/.zshenv", "export ZDOTDIR=\"$HOME/.config/zsh\" # here\n"); }
  SECTION("said by the environment") { m.variables["ZDOTDIR"] = "/home/u/.config/zsh"; }
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(m.codes().empty());
  CHECK(policy->zdotdir == "/home/u/.config/zsh");
  CHECK(content_of(*policy, ".config/zsh/.zshrc") == "rc\n");
  CHECK_FALSE(content_of(*policy, ".config/zsh/.zsh_history"));
  CHECK_FALSE(content_of(*policy, ".config/zsh/.zcompdump"));
  CHECK(access_of(*policy, "/home/u/.config/zsh/functions") == "read-only");
  CHECK(access_of(*policy, "/home/u/.config/zsh").empty());
}

TEST_CASE("a ZDOTDIR that holds too much exposes nothing") {
  for (const char* where : {"/home/u", "/home/u/.ssh", "/etc", "/home/u/code/lab", "relative", "/home/u/code"}) {
    Machine m;
    m.fs.file("/usr/bin/zsh").file("/home/u/.ssh/id_ed25519", "k\n").file("/home/u/code/other/.env", "K=V\n");
    m.variables["ZDOTDIR"] = where;
    const auto policy = m.compile();
    REQUIRE(policy);
    CHECK(access_of(*policy, "/home/u/.ssh").empty());
    CHECK(access_of(*policy, "/home/u/code/lab") == "writable");
    CHECK(access_of(*policy, "/home/u/code").empty());
    CHECK_FALSE(content_of(*policy, ".ssh/id_ed25519"));
  }
}

TEST_CASE("fish gets copies and directories, also from another XDG_CONFIG_HOME") {
  Machine m;
  m.fs.file("/usr/bin/fish");
  std::string at = "/home/u/.config";
  SECTION("the usual place") {}
  SECTION("another one") { m.variables["XDG_CONFIG_HOME"] = at = "/home/u/cfg"; }
  m.fs.file(at + "/fish/config.fish", "set x\n").file(at + "/fish/fish_variables", "SETUVAR a:b\n").file(at + "/fish/conf.d/a.fish", "x\n");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(m.codes().empty());
  CHECK(content_of(*policy, ".config/fish/config.own.fish") == "set x\n");
  CHECK(content_of(*policy, ".config/fish/fish_variables") == "SETUVAR a:b\n");
  CHECK(content_of(*policy, ".config/fish/config.fish")->find("inside.fish") != std::string::npos);
  CHECK(access_of(*policy, at + "/fish/conf.d") == "read-only");
  const auto kept = std::find_if(policy->aliases.begin(), policy->aliases.end(),
                                 [](const auto& alias) { return alias.link.string() == "/home/u/.local/share/fish"; });
  REQUIRE(kept != policy->aliases.end());
  CHECK(kept->target == (policy->root / "state/fish").string());
  const bool linked = std::any_of(policy->aliases.begin(), policy->aliases.end(),
                                  [](const auto& alias) { return alias.link.string() == "/home/u/.config/fish/conf.d"; });
  CHECK(linked == (at == "/home/u/cfg"));
}

TEST_CASE("one file with a secret is hidden, its directory stays; a crowd stays outside") {
  Machine m;
  m.fs.file("/usr/bin/fish").file("/home/u/.config/fish/conf.d/keys.fish", "set -x K " + token + "\n");
  m.fs.file("/home/u/.config/fish/conf.d/plain.fish", "x\n").file("/home/u/.config/fish/fish_variables", "SETUVAR K:ghp\\x5f" + token.substr(4) + "\n");
  auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.config/fish/conf.d") == "read-only");
  CHECK(access_of(*policy, "/home/u/.config/fish/conf.d/keys.fish") == "hidden");
  CHECK_FALSE(content_of(*policy, ".config/fish/fish_variables"));
  CHECK(m.codes() == Strings{"secret-in-exposed-file", "secret-in-exposed-file"});
  for (const auto& diagnostic : m.diagnostics.all())
    for (const auto& note : diagnostic.notes) CHECK(note.find(token.substr(4)) == std::string::npos);

  for (int i = 0; i < 600; ++i) m.fs.file("/home/u/.config/fish/functions/f" + std::to_string(i) + ".fish", "x\n");
  m.fs.file("/home/u/.config/fish/completions/long.fish", std::string(300 * 1024, 'x'));
  m.diagnostics = {};
  policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/.config/fish/functions").empty());
  CHECK(access_of(*policy, "/home/u/.config/fish/completions/long.fish") == "hidden");
  CHECK(m.codes() == Strings{"limit-exceeded", "limit-exceeded", "secret-in-exposed-file", "secret-in-exposed-file"});
}

TEST_CASE("links in the user's settings lead to files of the user's only") {
  Machine m;
  m.fs.file("/usr/bin/fish").directory("/home/u/.config/fish/functions").file("/home/u/dotfiles/a.fish", "x\n").file("/home/u/.netrc", "x\n");
  m.fs.file("/home/u/code/lab/b.fish", "x\n").file("/home/u/notes", "notes\n");
  m.fs.link("/home/u/.config/fish/functions/a.fish", "/home/u/dotfiles/a.fish");
  m.fs.link("/home/u/.config/fish/functions/n.fish", "/home/u/.netrc");
  m.fs.link("/home/u/code/lab/rc", "/home/u/notes");
  m.fs.link("/home/u/.bashrc", "/home/u/code/lab/rc");
  const auto policy = m.compile();
  REQUIRE(policy);
  CHECK(access_of(*policy, "/home/u/dotfiles/a.fish") == "read-only");
  CHECK(access_of(*policy, "/home/u/.netrc").empty());
  CHECK_FALSE(content_of(*policy, ".bashrc.own"));
  CHECK(m.codes() == Strings{"symlink-escape", "symlink-escape"});
}

TEST_CASE("an assignment is read as a shell would, or not at all") {
  CHECK(assigned("export ZDOTDIR=~/.config/zsh\n") == "/home/u/.config/zsh");
  CHECK(assigned("ZDOTDIR=${XDG_CONFIG_HOME:-$HOME/.config}/zsh") == "/home/u/.config/zsh");
  CHECK(assigned("  typeset -gx ZDOTDIR='/a b'/\"c\"\\ d; foo") == "/a b/c d");
  CHECK(assigned(": ${ZDOTDIR:=$HOME/z}\n") == "/home/u/z");
  CHECK(assigned("ZDOTDIR=/one\nZDOTDIR=/two") == "/two");
  CHECK(assigned("XZDOTDIR=/x\n#ZDOTDIR=/x\necho ZDOTDIR=/x\n") == std::nullopt);
  for (const char* needs_a_shell : {"ZDOTDIR=$(pwd)", "ZDOTDIR=`pwd`", "ZDOTDIR=$NOPE/x", "ZDOTDIR=${HOME%/*}", "ZDOTDIR='open", "ZDOTDIR=\"open", "ZDOTDIR=${HOME", "ZDOTDIR=$"})
    CHECK(assigned(needs_a_shell) == std::nullopt);
}

TEST_CASE("fish_variables are scanned as they are meant") {
  CHECK(policy::plain_fish_variables("SETUVAR --export K:sk\\x2dabc\nSETUVAR a:b\\x1ec:d") == "K=sk-abc\na=b c:d\n");
  CHECK(policy::plain_fish_variables("# c\n") == "# c\n\n");
}

TEST_CASE("one word of fish") {
  CHECK(base::quote_fish("it's \\ $x") == "'it\\'s \\\\ $x'");
  CHECK(base::quote_fish("").size() == 2);
}
