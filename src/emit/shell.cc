// SPDX-License-Identifier: MIT
#include "emit/shell.h"

#include <algorithm>

#include "base/quote.h"

namespace psbc::emit {
namespace {

constexpr std::string_view name = "shell/inside.bash";

std::string history_of(const policy::Policy& policy) {
  const auto found = std::find_if(policy.variables.begin(), policy.variables.end(),
                                  [](const policy::Variable& variable) { return variable.name == "HISTFILE"; });
  return found != policy.variables.end() ? found->value : (policy.root / "state/bash_history").string();
}

/// One word of bash on one line: a hole inside a line takes no line break.
std::string word(std::string_view text) {
  std::string out;
  for (const char c : base::quote_posix(text)) {
    if (c == '\n') out += "'$'\\n''";
    else out += c;
  }
  return out;
}

Holes holes_of(const policy::Policy& policy) {
  return {{"environment", word(policy.environment.string())}, {"history", word(history_of(policy))}, {"name", word(policy.name)}};
}

} // namespace

std::optional<std::string> emit_bash(const policy::Policy& policy, const Templates& templates, diag::Diagnostics& diagnostics) {
  const Template& tmpl = templates.get(name);
  auto filled = fill(tmpl, holes_of(policy));
  if (filled) return std::move(*filled);
  diagnostics.add(bad_template(tmpl, filled.error()));
  return std::nullopt;
}

std::string emit_bash(const policy::Policy& policy, const Templates& templates) {
  diag::Diagnostics unused;
  if (auto text = emit_bash(policy, templates, unused)) return std::move(*text);
  return emit_bash(policy, builtin_templates(), unused).value_or(std::string());
}

} // namespace psbc::emit
