// SPDX-License-Identifier: MIT
// The rows were seen with the real firejail; tests/integration/emit_lexer_test.py asks the installed one again.
#include "emit/lexer.h"

#include "support/catch.h"

using psbc::emit::FirejailVersion;
using psbc::emit::lex;
using psbc::emit::Lexed;

namespace {

constexpr FirejailVersion v64{0, 9, 64}, v72{0, 9, 72}, v74{0, 9, 74}, v80{0, 9, 80}, head{0, 9, 81};

/// "directive|argument" of each line.
std::string said(const Lexed& lexed) {
  std::string out;
  for (const auto& line : lexed.lines) out += (out.empty() ? "" : "\n") + line.directive + "|" + line.argument;
  return out;
}

bool starts(std::string_view profile, FirejailVersion version) { return !lex(profile, version).aborts; }

} // namespace

TEST_CASE("blanks shrink to one, and go at both ends") {
  CHECK(said(lex(" \t env  A=b \t c  \n", v72)) == "env|A=b c");
  CHECK(said(lex("env A= x\n", v72)) == "env|A= x");
  CHECK(said(lex("env\tA=1", v72)) == "env|A=1");
  CHECK(said(lex("env A=\x0b x\n", v72)) == "env|A=\x0b x"); // vertical tab and form feed are no blanks
  CHECK(said(lex("\n \t\n", v72)).empty());
}

TEST_CASE("a carriage return and a NUL end the line") {
  CHECK(said(lex("env A=x\ry\nenv B=1\n", v72)) == "env|A=x\nenv|B=1");
  CHECK(said(lex(std::string_view("env A=x\0y\nenv B=1\n", 18), v72)) == "env|A=x\nenv|B=1");
}

TEST_CASE("a # cuts the line, on old versions only at its start") {
  for (const char* text : {"env A=b #c\n", "env A=b#c\n"}) CHECK(said(lex(text, v72)) == "env|A=b");
  CHECK(said(lex("env A=b #c\n", v64)) == "env|A=b #c");
  CHECK(said(lex("  # env A=1\n", v64)).empty());
  CHECK(said(lex("  # env A=1\n", v72)).empty());
}

TEST_CASE("what is beyond firejail's buffer is a line of its own, also in a comment") {
  const std::string comment = "#" + std::string(8190, 'A');
  CHECK(said(lex(comment + "env SPILLED=yes\n", v72)) == "env|SPILLED=yes");
  CHECK(lex(comment + "env SPILLED=yes\n", v72).lines.at(0).number == 2);
  CHECK_FALSE(starts("#" + std::string(8189, 'A') + "env A=1\n", v72)); // "Aenv"... the first byte stays behind
  CHECK(said(lex("#" + std::string(psbc::emit::longest_line - 1, 'A') + "\nenv A=1\n", v72)) == "env|A=1");
}

TEST_CASE("firejail does not start with a directive that it does not know") {
  CHECK_FALSE(starts("landlock /\n", v80));
  CHECK_FALSE(starts("nonewprivs x\n", v72));
  CHECK_FALSE(starts("blacklist\n", v72));
  CHECK_FALSE(starts("NONEWPRIVS\n", v72));
  CHECK(starts("nonewprivs \n", v72));
  CHECK_FALSE(starts("tab\n", v64));
  CHECK(starts("tab\n", v72));
  CHECK_FALSE(starts("keep-shell-rc\n", v72));
  CHECK(starts("keep-shell-rc\n", v74));
  CHECK(lex("caps.drop  all\nbad\nworse\n", v72).aborts->number == 2);
}

TEST_CASE("paths that firejail refuses") {
  for (const char c : std::string("\\&!\"<>%^{};,\x01\x1f\x7f")) {
    CAPTURE(c);
    CHECK_FALSE(starts(std::string("blacklist /a") + c + "b\n", v72));
  }
  for (const char* path : {"/a b", "/a'b", "/a`b", "/a$b", "/a|b", "/a=b(c)@d+e:f~g-h", "/ü", "/\xff\x85\xa0", "/a*b?c[d]", "/a$HOMEb"}) {
    CAPTURE(path);
    CHECK(starts(std::string("blacklist ") + path + "\n", v72));
  }
  CHECK_FALSE(starts("blacklist /a'b\n", v64));
  for (const char c : std::string("$'`|")) CHECK_FALSE(starts(std::string("blacklist /a") + c + "b\n", head));
  CHECK_FALSE(starts("read-only /a/b..c\n", v72));
  CHECK_FALSE(starts("blacklist $HOME/x\n", v72));
  CHECK_FALSE(starts("blacklist ${FOO}/x\n", v72));
  CHECK_FALSE(starts("blacklist /x/${HOME}/y\n", v72));
  CHECK(starts("blacklist ${HOME}/x\n", v72));
  CHECK(starts("blacklist ~/x\n", v72));
  CHECK_FALSE(starts("private-cwd /a*b\n", v72));
}

TEST_CASE("a top directory cannot be whitelisted") {
  for (const char* path : {"/", "/workspace", "/proc/x", "/sys/kernel", "/usr/share", "relative"}) {
    CAPTURE(path);
    CHECK_FALSE(starts(std::string("whitelist ") + path + "\n", v72));
  }
  for (const char* path : {"/workspace/x", "/run/psbc-none", "/usr/share/x", "/sys/module/nvidia", "${RUNUSER}/x"}) {
    CAPTURE(path);
    CHECK(starts(std::string("whitelist ") + path + "\n", v72));
  }
  CHECK_FALSE(starts("whitelist /data/x\n", v64));
}

TEST_CASE("a line that does nothing is seen") {
  CHECK(lex("blacklist x/y\n", v72).deaf.size() == 1);
  CHECK(lex("blacklist /x/y\n", v72).deaf.empty());
}

TEST_CASE("variables") {
  CHECK_FALSE(starts("env A\n", v72));
  CHECK_FALSE(starts("env =x\n", v72));
  CHECK(starts("env A=\n", v72));
  CHECK_FALSE(starts("env A=\n", v64));
  CHECK(said(lex("env A='x' \"$y\";\\\n", v72)) == "env|A='x' \"$y\";\\");
}
