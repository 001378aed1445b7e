// SPDX-License-Identifier: MIT
#include "emit/check.h"

#include <algorithm>

#include "base/text.h"
#include "emit/directives.h"

namespace psbc::emit {
namespace {

std::string shown(const std::string& directive, const std::string& argument) {
  constexpr std::size_t longest = 120;
  const std::string text = argument.empty() ? directive : directive + " " + argument;
  return "`" + base::escape(text.size() > longest ? text.substr(0, longest) + "..." : text) + "`";
}
std::string shown(const Line& line) { return shown(line.directive, line.argument); }

bool says(const Line& line, const Wanted& wanted) {
  return line.directive == wanted.directive && line.argument == wanted.argument;
}

bool contains(const std::vector<Wanted>& all, const Line& line) {
  return std::any_of(all.begin(), all.end(), [&](const Wanted& wanted) { return says(line, wanted); });
}

class Checker {
 public:
  explicit Checker(const Expected& expected) : expected_(expected) {}

  std::vector<Finding> run(std::string_view profile) {
    lengths(profile);
    const Lexed lexed = lex(profile, expected_.version);
    if (lexed.aborts) report(lexed.aborts->number, "firejail would not start: it " + lexed.aborts->reason, "correct or remove this line");
    for (const Trouble& deaf : lexed.deaf)
      report(deaf.number, "this line does not do what it says: firejail " + deaf.reason, "write an absolute path");
    for (const Line& line : lexed.lines) judge(line);
    missing(lexed.lines);
    return std::move(findings_);
  }

 private:
  void report(std::uint32_t line, std::string message, std::string help) {
    findings_.push_back({line, std::move(message), std::move(help)});
  }

  void lengths(std::string_view profile) {
    std::uint32_t number = 0;
    for (const std::string_view line : base::split(profile, '\n')) {
      ++number;
      if (line.size() > longest_line) report(number, "this line is longer than firejail reads at once", "split it");
      // Beyond a too long line firejail counts differently: say only what is sure.
      if (line.find('\0') != std::string_view::npos) report(number, "this line holds a NUL byte", "remove it");
    }
  }

  void judge(const Line& line) {
    const Directive* directive = find_directive(line.directive);
    if (directive == nullptr) {
      // What the lexer calls unknown aborts the start, and is reported already.
      if (line.directive.starts_with('?'))
        report(line.number, shown(line) + " depends on something else than the policy", "write the directive without a condition");
      return;
    }
    switch (directive->role) {
      case Role::baseline:
      case Role::narrowing:
        return;
      case Role::fixed:
        if (!in_baseline(line) && !(line.directive == "net" && line.argument == "none"))
          report(line.number, shown(line) + " is not what this sandbox needs", "leave the line as psbc's own template has it");
        return;
      case Role::refused:
        report(line.number, shown(line) + " can open the sandbox, or pulls in another file", "remove this line");
        return;
      case Role::rule:
        rule(line);
        return;
    }
  }

  void rule(const Line& line) {
    if (line.directive == "whitelist" || line.directive == "hosts-file") {
      if (!contains(expected_.mounts.exposed, line))
        report(line.number, shown(line) + " exposes what the policy does not", "use `readonly` or `writable` in a configuration file");
    } else if (line.directive == "env") {
      if (!contains(expected_.environment, line))
        report(line.number, shown(line) + " is not a variable of the policy", "use [env] in a configuration file");
    } else if (next_ < expected_.mounts.guarded.size() && says(line, expected_.mounts.guarded[next_])) {
      ++next_; // in order: a `read-write` takes back every `read-only` below it that came before
    } else if (line.directive == "read-write") {
      report(line.number, shown(line) + " makes writable, at this place, what the policy does not", "use `writable` in a configuration file");
    }
  }

  bool in_baseline(const Line& line) const {
    return std::any_of(expected_.baseline.begin(), expected_.baseline.end(), [&](const Line& fixed) {
      return fixed.directive == line.directive && fixed.argument == line.argument;
    });
  }

  void missing(const std::vector<Line>& lines) {
    const auto present = [&](const std::string& directive, const std::string& argument) {
      return std::any_of(lines.begin(), lines.end(),
                         [&](const Line& line) { return line.directive == directive && line.argument == argument; });
    };
    const auto require = [&](const std::string& directive, const std::string& argument) {
      if (!present(directive, argument)) report(0, shown(directive, argument) + " is missing", "write this line into the template");
    };
    for (const Line& fixed : expected_.baseline) require(fixed.directive, fixed.argument);
    for (const Wanted& wanted : expected_.mounts.exposed) require(wanted.directive, wanted.argument);
    for (const Wanted& wanted : expected_.environment) require(wanted.directive, wanted.argument);
    for (std::size_t i = next_; i < expected_.mounts.guarded.size(); ++i)
      report(0, shown(expected_.mounts.guarded[i].directive, expected_.mounts.guarded[i].argument) + " is missing, or not in its place",
             "leave the holes of psbc's own template as they are");
  }

  const Expected& expected_;
  std::vector<Finding> findings_;
  std::size_t next_ = 0; // of mounts.guarded
};

} // namespace

std::vector<Finding> check_profile(std::string_view profile, const Expected& expected) { return Checker(expected).run(profile); }

} // namespace psbc::emit
