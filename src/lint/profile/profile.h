// SPDX-License-Identifier: MIT
// A firejail profile that somebody wrote by hand, as firejail's profile.c reads it: a line is a directive and its argument; there are
// no quotes and no escapes; `#` begins a comment anywhere (0.9.66; before that only at the beginning of a line).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "diag/diagnostic.h"
#include "lint/document.h"
#include "lint/lint.h"

namespace psbc::lint {

enum class Argument : std::uint8_t { none, maybe, text, path, include };

struct Directive {
  std::string_view name;
  Argument argument;
  int since, until;         // 72: firejail 0.9.72; 0: no end of it is known
  std::string_view example; // an argument that is accepted by an unprivileged firejail anywhere; empty: there is none
};
const std::vector<Directive>& directives();
const Directive* find_directive(std::string_view name);

struct ProfileLine {
  std::string name;       // "whitelist"
  std::string argument;   // as firejail takes it: without the comment
  diag::Span span;        // of both
  diag::Span of_argument;
  std::uint32_t number = 1;
  std::optional<diag::Span> comment{}; // behind them, with its `#`
  std::optional<base::AbsPath> path{}; // of the argument, where it names one; HOME and the like are those of an imagined user

  bool is_whitelist() const { return name == "whitelist" || name == "whitelist-ro"; }
  bool is_blacklist() const { return name == "blacklist" || name == "blacklist-nolog"; }
};

struct Profile {
  Document document; // text and comments: what suppressions and the search for secrets need
  std::vector<ProfileLine> lines;

  bool has(std::string_view name) const;
  bool has(std::string_view name, std::string_view argument) const;
};

/// The directories of the imagined user.
const base::AbsPath& profile_home();
const base::AbsPath& profile_runtime();

Profile read_profile(const diag::SourceFile& source);

/// All findings, as those of lint().
std::vector<Finding> lint_profile(const diag::SourceFile& source, const Options& options);

/// What the rules get.
struct ProfileLook {
  const Profile& profile;
  diag::Diagnostics& out;
  void add(diag::Code code, const diag::Span& span, std::string message, std::vector<std::string> notes, std::vector<std::string> help, std::vector<diag::Edit> mend = {}) const;
  /// The beginning of the first directive: where findings about something that is not there belong.
  diag::Span top() const;
};
void profile_line_rules(const ProfileLook& look);    // what one line says: spelling, releases, names
void profile_order_rules(const ProfileLook& look);   // what lines do to each other
void profile_missing_rules(const ProfileLook& look); // what no line says

} // namespace psbc::lint
