// SPDX-License-Identifier: MIT
#include "policy/gitconfig.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <set>

#include <unistd.h>

#include "policy/gitconfig_keys.h"
#include "support/catch.h"

using namespace psbc::policy;
using namespace std::string_literals;

namespace {

/// What git itself reads: "key\nvalue\0" per entry; "error" when it refuses the file.
std::string git_reads(const std::string& text) {
  char path[] = "/tmp/psbc-gitconfig-test.XXXXXX";
  const int fd = mkstemp(path);
  REQUIRE(fd >= 0);
  REQUIRE(write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  close(fd);
  const auto command = "git config --no-includes -f "s + path + " --list -z 2>/dev/null";
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string out;
  char buffer[4096];
  while (const auto n = std::fread(buffer, 1, sizeof buffer, pipe)) out.append(buffer, n);
  const int status = pclose(pipe);
  unlink(path);
  return status == 0 ? out : "error";
}

bool have_git() {
  static const bool found = std::system("git --version >/dev/null 2>&1") == 0;
  if (!found) WARN("git is not installed: skipped");
  return found;
}

/// The same form from our own parser.
std::string we_read(std::string_view text) {
  std::string out;
  for (const auto& e : parse_gitconfig(text)) {
    out += e.section + (e.subsection.empty() ? "" : "." + e.subsection) + "." + e.key;
    if (e.has_value) out += "\n" + e.value;
    out += '\0';
  }
  return out;
}

/// The generated file without its comment.
std::string generated(std::string_view text) {
  const auto out = harmless_gitconfig(text);
  REQUIRE(out.starts_with("# Made by psbc"));
  return out.substr(out.find('\n', out.find('\n') + 1) + 1);
}

} // namespace

TEST_CASE("our reading of a gitconfig is git's") {
  for (const auto& text : {
           "[user]\n\tname = Dev Eloper\n\temail = dev@example.org\n"s,
           "[USER]\nNAME=x\n[user]Name = y\n"s,
           "[a]\nk=v\n[a \"Sub Section\"]\nk = v\n[a.Sub]\nk=v\n[a \"q\\\"uo\\\\te\\x\"]\nk=v\n"s,
           "# c\n; c\n[a] # c\nk = v # c\nk2 = v ; c\nk3 = \"v # not ; a comment\" # c\n"s,
           "[a]\nflag\nflag2\t \nempty =\nempty2 = \"\"\n"s,
           "[a]\nk = \"  padded  \"  \nk2 = one   two\nk3 = one\\\n  two\nk4 = \"a\"b\"c\"\n"s,
           "[a]\nk = tab\\there\\nline\\\\back\\\"quote\n"s,
           "[a]\r\nk = v\r\nk2 = w\\\r\nx\r\n"s,
           "\xef\xbb\xbf[a]\nk = v"s,
           "[a]\nk = v\\"s,
           "[a]\nk-1 = v\n  [b]\n  k = v\n"s,
           "[a]\nk = caf\xc3\xa9 \xff\n"s,
           ""s,
           "\n\n"s,
       }) {
    CAPTURE(text);
    if (have_git()) CHECK(we_read(text) == git_reads(text));
  }
}

TEST_CASE("lines that git refuses give nothing, and the next line is read") {
  for (const std::string_view bad :
       {"= v", "1k = v", "k ! v", "k = \"open", "k = bad\\escape", "k_1 = v", "[b c]", "[b \"open]",
        "[b \"x\"y]", "[b\"x\"]", "k # comment", "[b \"x\\"}) {
    CAPTURE(bad);
    const auto text = "[a]\n" + std::string(bad) + "\n[user]\nname = x\n";
    const auto entries = parse_gitconfig(text);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0] == GitEntry{.section = "user", .subsection = "", .key = "name", .value = "x"});
    if (have_git()) CHECK(git_reads(text) == "error");
  }
  CHECK(parse_gitconfig("k = v\n").empty()); // no section
}

TEST_CASE("the identity and the taste of the user cross, and git reads the same values") {
  const std::string text =
      "[user]\n\tname = Dev \"Q\" Eloper\n\temail = dev@example.org # work\n\tsigningKey = ABCDEF0123456789\n"
      "[init]\n\tdefaultBranch = main\n[color]\n\tui = auto\n[color \"diff\"]\n\tmeta = \"#00ff00 bold\"\n"
      "[core]\n\tautocrlf = input\n\tcommentChar = \";\"\n[pull]\n\trebase\n[log]\n\tdate = format:%Y-%m-%d "
      "%H:%M\n"
      "[alias]\n\tlg = log --graph --pretty='%h \\\"%s\\\"'\n\tco = checkout\n\tsw = switch -c\n\tri = "
      "rebase -i\n"
      "[pretty]\n\tshort = %h %s;%d#\n";
  const auto out = generated(text);
  CHECK(out == R"([user]
	name = "Dev Q Eloper"
	email = "dev@example.org"
[init]
	defaultbranch = "main"
[color]
	ui = "auto"
[color "diff"]
	meta = "#00ff00 bold"
[core]
	autocrlf = "input"
	commentchar = ";"
[pull]
	rebase
[log]
	date = "format:%Y-%m-%d %H:%M"
[alias]
	lg = "log --graph --pretty='%h \"%s\"'"
	co = "checkout"
	sw = "switch -c"
	ri = "rebase -i"
[pretty]
	short = "%h %s"
)");
  CHECK(generated(out) == out);
  if (have_git()) CHECK(git_reads(harmless_gitconfig(text)) == we_read(out));
}

TEST_CASE("a value stays one value, whatever is in it") {
  for (const std::string_view value :
       {"a\\nb", "x\\n[core]\\n\\tpager = evil", "\\\"quote", "back\\\\", "back\\\\slash\\\\\\\"",
        "\"# no comment\"", "\"; no comment\"", "\"  padded  \"", "\"]\"", "a\\tb", "'single'",
        "\"trailing \\\\\"", "\xff\xfe", "中文"}) {
    CAPTURE(value);
    const auto text = "[user]\nname = " + std::string(value) + "\nemail = e\n";
    const auto wanted = parse_gitconfig(text);
    REQUIRE(wanted.size() == 2);
    const auto out = harmless_gitconfig(text);
    CHECK(parse_gitconfig(out) == wanted);
    if (have_git()) CHECK(git_reads(out) == we_read(text));
  }
}

TEST_CASE("commands, servers, credentials and other files do not cross") {
  for (const std::string_view text : {
           "[url \"https://x:CNRY_1@git.corp/\"]\ninsteadOf = https://git.corp/\n",
           "[credential]\nhelper = store\n",
           "[credential \"https://x\"]\nusername = me\n",
           "[http]\nextraHeader = \"Authorization: Basic eDp5\"\nproxy = http://u:p@h\n",
           "[include]\npath = ~/.gitconfig.secret\n",
           "[includeIf \"gitdir:~/work/\"]\npath = work\n",
           "[remote \"origin\"]\nurl = https://u:p@h/x\n",
           "[core]\npager = less\neditor = vim\naskPass = x\nsshCommand = x\nfsmonitor = x\nhooksPath = "
           "x\nattributesFile = x\nexcludesFile = x\n"
           "gitProxy = x\nworktree = x\nalternateRefsCommand = x\n",
           "[diff]\nexternal = x\norderFile = x\ntool = x\n",
           "[diff \"img\"]\ncommand = x\ntextconv = x\nalgorithm = x\n",
           "[diff.img]\nalgorithm = x\n",
           "[merge \"u\"]\ndriver = x\nff = x\n",
           "[filter \"lfs\"]\nsmudge = x\nclean = x\nprocess = x\n",
           "[gpg]\nprogram = x\n[gpg \"ssh\"]\nprogram = x\ndefaultKeyCommand = x\n",
           "[sequence]\neditor = x\n",
           "[interactive]\ndiffFilter = x\n",
           "[pager]\nlog = x\n",
           "[difftool \"x\"]\ncmd = x\n[mergetool \"x\"]\ncmd = x\npath = x\n",
           "[commit]\ngpgSign = true\ntemplate = ~/x\n",
           "[user]\npassword = hunter2\n",
           "[protocol \"ext\"]\nallow = always\n",
           "[safe]\ndirectory = *\n",
           "[trailer \"x\"]\ncommand = x\n",
           "[uploadpack]\npackObjectsHook = x\n",
           "[unheard]\nof = x\n",
           "[alias \"x\"]\ncommand = !x\n",
           // harmless keys, other values
           "[user]\nname\n",
           "[user]\nname = ghp_a1b2c3d4e5f6g7h8i9j0a1b2c3d4e5f6g7h8i9j0\n",
           "[user]\nemail = https://me:hunter2@x.org\n",
           "[user]\nname = \x1b[31mred\n",
           "[user]\nname = back\\bspace\n",
           "[core]\nautocrlf = `x`\n",
           "[color]\nui = $(x)\n",
           "[color \"a b\"]\nui = red\n",
       }) {
    CAPTURE(text);
    CHECK(generated(text).empty());
  }
  CHECK(generated("[user]\nname = a\0b\n"s).empty());
}

TEST_CASE("aliases that run something else do not cross") {
  for (const std::string_view value : {"!sh",
                                       "\"!sh\"",
                                       "\" !sh\"",
                                       "-c core.pager=evil log",
                                       "\"-ccore.pager=evil log\"",
                                       "--exec-path=/tmp log",
                                       "-p log",
                                       "log -c a.b=c",
                                       "fetch --upload-pack=evil",
                                       "fetch --upload-pa evil",
                                       "fetch \\\"--upload-pack\\\" evil",
                                       "fetch --'upload'-pack evil",
                                       "push --receive-pack evil",
                                       "rebase --exec make",
                                       "rebase -x make",
                                       "rebase -ix make",
                                       "diff --ext-diff",
                                       "grep -Oless x",
                                       "grep --open-files-in-pager=x y",
                                       "clone -u x y",
                                       "bisect run x",
                                       "submodule foreach x",
                                       "difftool -x x",
                                       "log --config-env=a.b=C",
                                       "\"\"",
                                       "''",
                                       "log\\n!sh\\x1b",
                                       "/bin/sh",
                                       "../x"}) {
    CAPTURE(value);
    CHECK(generated("[alias]\nx = " + std::string(value) + "\n").empty());
  }
  for (const std::string_view value :
       {"log --oneline", "commit --amend --no-edit", "status -sb", "switch -c", "clean -fdx",
        "push -u origin HEAD", "diff --cached", "log --graph --format='%h %s'", "checkout -b",
        "rebase -i --autosquash"}) {
    CAPTURE(value);
    CHECK_FALSE(generated("[alias]\nx = " + std::string(value) + "\n").empty());
  }
}

TEST_CASE("the table of keys is sorted, and no command is on it") {
  std::string_view previous;
  for (const auto& row : git_keys) {
    CHECK(previous < row.name);
    previous = row.name;
    for (const char* word :
         {"command", "program", "helper", "editor", "pager", "path", "file", "hook", "url", "proxy", "gpg"})
      if (row.name != "core.quotepath" && row.name != "core.filemode" && row.name != "status.relativepaths" &&
          row.name != "status.showuntrackedfiles" && row.name != "rebase.abbreviatecommands")
        CHECK(row.name.find(word) == std::string_view::npos);
  }
}
