// SPDX-License-Identifier: MIT
// The emitter as a program, for tests that compare it with the real firejail and the real bash.
//   emit_tool lex VERSION < PROFILE                 "starts", or "aborts LINE REASON"; then each line as "N DIRECTIVE|ARGUMENT"
//   emit_tool spell VERSION USE PATH                the spelling, or "impossible: REASON" and status 1
//   emit_tool profile VERSION VARIANT HOME < RULES  RULES: access, path, access, path, ... each ended by NUL
//   emit_tool versions                               "VERSION|SHIPS IN|SUPPORTED" and "DIRECTIVE|SINCE|INSTEAD", one per line
//   emit_tool SHELL NAME ENVIRONMENT ROOT           psbc's part of a shell: bash, zsh, fish
#include <cstdio>
#include <iostream>
#include <iterator>
#include <string>

#include "base/text.h"
#include "diag/render.h"
#include "emit/directives.h"
#include "emit/firejail.h"
#include "emit/lexer.h"
#include "emit/shell.h"
#include "policy/passes/passes.h"

using namespace psbc;
using base::AbsPath;
using policy::Access;

namespace {

std::string input() { return {std::istreambuf_iterator<char>(std::cin), {}}; }

emit::FirejailVersion version_of(const char* text) {
  return emit::parse_firejail_version(std::string("firejail version ") + text).value();
}

policy::Policy bare(const std::string& home) {
  const AbsPath at = AbsPath::literal(home);
  return {.name = "test", .id = "test-0", .home = at, .project = at / "p", .root = at / "root", .session = at / ".state", .temporary = at / ".tmp", .environment = at / "env"};
}

int lex(const char* version) {
  const emit::Lexed read = emit::lex(input(), version_of(version));
  if (read.aborts) std::cout << "aborts " << read.aborts->number << " " << read.aborts->reason << "\n";
  else std::cout << "starts\n";
  for (const auto& line : read.lines) std::cout << line.number << " " << line.directive << "|" << line.argument << "\n";
  return 0;
}

int spell(const char* version, const std::string& use, const char* path) {
  const auto kind = use == "whitelist"   ? emit::PathUse::whitelist
                    : use == "blacklist" ? emit::PathUse::blacklist
                    : use == "read-only" ? emit::PathUse::read_only
                                         : emit::PathUse::private_cwd;
  const emit::Spelling spelling = emit::spell(path, kind, version_of(version));
  std::cout << (spelling.impossible.empty() ? spelling.text : "impossible: " + spelling.impossible);
  return spelling.impossible.empty() ? 0 : 1;
}

int profile(const char* version, const std::string& variant, const char* home) {
  policy::Policy policy = bare(home);
  const std::string rules = input();
  const auto words = base::split(rules, '\0');
  base::RealFs fs;
  const policy::Origin origin{.where = "test", .reason = "asked"}; // named: gcc 12 sees ghosts in the temporary
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const AbsPath path = AbsPath::parse(words[i + 1]).value();
    for (const Access access : {Access::closed, Access::read_only, Access::writable, Access::pinned, Access::hidden})
      if (to_string(access) == words[i])
        policy.rules.push_back({.access = access, .path = path, .origin = origin, .exists = fs.kind(path) != base::Kind::absent});
  }
  std::string broken;
  const auto done = policy::run_passes(std::move(policy), broken);
  if (!done) return std::cerr << broken << "\n", 2;
  diag::Diagnostics diagnostics;
  const auto text = emit::emit_firejail(
      {.policy = *done, .version = version_of(version), .variant = variant == "enter" ? emit::Variant::enter : emit::Variant::standalone,
       .templates = emit::builtin_templates(), .matches = [&](const std::string& glob) { return emit::count_matches(fs, glob); }},
      diagnostics);
  std::cerr << diag::render(diagnostics, {});
  if (text) std::cout << *text;
  return text ? 0 : 1;
}

int versions() {
  for (const emit::KnownVersion& row : emit::known_versions())
    std::cout << to_string(row.version) << "|" << row.ships_in << "|" << (row.support == emit::Support::supported ? "yes" : "no") << "\n";
  for (const emit::Directive& row : emit::all_directives())
    if (!row.instead.empty())
      std::cout << row.name.view() << "|" << to_string(row.since) << "|" << (row.missing == emit::Missing::said ? "NOT HELD: " : "") << row.instead.view() << "\n";
  return 0;
}

int shell(const policy::Shell& row, const char* name, const char* environment, const char* root) {
  policy::Policy policy = bare("/h");
  policy.name = name;
  policy.environment = AbsPath::parse(environment).value();
  policy.root = AbsPath::parse(root).value();
  diag::Diagnostics diagnostics;
  std::cout << emit::emit_shell(row, policy, emit::builtin_templates(), diagnostics).value();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "lex" && argc == 3) return lex(argv[2]);
  if (command == "spell" && argc == 5) return spell(argv[2], argv[3], argv[4]);
  if (command == "profile" && argc == 5) return profile(argv[2], argv[3], argv[4]);
  if (command == "versions" && argc == 2) return versions();
  if (const policy::Shell* row = policy::find_shell(command); row != nullptr && argc == 5) return shell(*row, argv[2], argv[3], argv[4]);
  return 2;
}
