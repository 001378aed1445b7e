// SPDX-License-Identifier: MIT
// `[env]`: what crosses and what is set. The environment inside is built from nothing (runtime/), so
// this is the whole list beside the documented base.
#include <algorithm>

#include "base/text.h"
#include "policy/lowering.h"

namespace psbc::policy {
namespace {

// What a repository must not decide: they make the shell, the loader or psbc itself obey something
// else, or lead to a channel of the host.
constexpr std::string_view reserved[] = {"BASH_ENV", "DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "DISPLAY", "ENV",
                                         "HOME", "IFS", "JAILED_ENV", "LD_AUDIT", "LD_PRELOAD", "LOGNAME", "PATH",
                                         "PROMPT_COMMAND", "SHELL", "SSH_AUTH_SOCK", "TMUX", "USER", "WAYLAND_DISPLAY",
                                         "XAUTHORITY", "XDG_RUNTIME_DIR", "ZDOTDIR"};

bool is_reserved(std::string_view name) {
  return std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved) || name.starts_with("PSBC_");
}

} // namespace

bool refuse_reserved(Lowering& lowering, const config::SpannedString& name) {
  if (!is_reserved(name.value)) return false;
  lowering.report(diag::Code::dangerous_variable, diag::Severity::error, name.span,
                  "`" + base::escape(name.value) + "` is decided by psbc", "",
                  {"it would redirect the shell, the loader or a channel of the host"}, {"remove this entry"});
  return true;
}

void lower_variables(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  for (const auto* list : {&in.project.env_pass, &in.user.env_pass})
    for (const auto& name : *list)
      if (!refuse_reserved(lowering, name)) lowering.out.pass.push_back(name.value);
  for (const auto& variable : in.project.env_set) {
    if (refuse_reserved(lowering, variable.name)) continue;
    const auto same = [&](const Variable& other) { return other.name == variable.name.value; };
    auto& all = lowering.out.variables;
    all.erase(std::remove_if(all.begin(), all.end(), same), all.end());
    all.push_back({.name = variable.name.value, .value = variable.value.value,
                   .origin = origin_of(variable.name.span, Origin::Source::project, "[env] set", in.places.home)});
  }
}

} // namespace psbc::policy
