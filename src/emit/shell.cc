// SPDX-License-Identifier: MIT
#include "emit/shell.h"

#include <algorithm>

#include "base/quote.h"

namespace psbc::emit {
namespace {

std::string history_of(const policy::Shell& shell, const policy::Policy& policy) {
  const auto found = std::find_if(policy.variables.begin(), policy.variables.end(),
                                  [](const policy::Variable& variable) { return variable.name == "HISTFILE"; });
  return found != policy.variables.end() ? found->value : (policy.root / shell.history).string();
}

/// One word of the shell on one line: a hole inside a line takes no line break.
std::string word(const policy::Shell& shell, std::string_view text) {
  std::string out;
  for (const char c : shell.fish_quotes ? base::quote_fish(text) : base::quote_posix(text)) {
    if (c == '\n') out += shell.fish_quotes ? "'\\n'" : "'$'\\n''";
    else out += c;
  }
  return out;
}

std::string value_of(std::string_view hole, const policy::Shell& shell, const policy::Policy& policy) {
  if (hole == "environment") return policy.environment.string();
  if (hole == "history") return history_of(shell, policy);
  if (hole == "zdotdir") return policy.zdotdir;
  if (hole == "session") return policy.session.string();
  return policy.name;
}

Holes holes_of(const policy::Shell& shell, const policy::Policy& policy) {
  Holes holes;
  for (const char* hole : shell.holes)
    if (hole != nullptr) holes[hole] = word(shell, value_of(hole, shell, policy));
  return holes;
}

} // namespace

std::optional<std::string> emit_shell(const policy::Shell& shell, const policy::Policy& policy, const Templates& templates,
                                      diag::Diagnostics& diagnostics) {
  const Template& tmpl = templates.get(shell.text);
  auto filled = fill(tmpl, holes_of(shell, policy));
  if (filled) return std::move(*filled);
  diagnostics.add(bad_template(tmpl, filled.error()));
  return std::nullopt;
}

} // namespace psbc::emit
