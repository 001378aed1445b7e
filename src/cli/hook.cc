// SPDX-License-Identifier: MIT
// `psbc hook`: what a shell is told to source, and what that calls when its directory lies in a project (templates/hook).
#include <algorithm>

#include "base/quote.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/shell_choice.h"
#include "driver/compile.h"
#include "emit/templates.h"
#include "policy/project_settings.h"
#include "policy/shell_table.h"
#include "runtime/inside.h"
#include "trust/store.h"

namespace psbc::cli {
namespace {

constexpr const char* told_variable = "PSBC_HOOK_TOLD"; // the shell has said of this project what there is to say

} // namespace

int hook(Context& context, const std::string& shell) {
  const policy::Shell* const row = known_shell(shell, "hook");
  if (row == nullptr) return exit_usage;
  const auto self = driver::find_self(context.fs);
  if (!self) {
    complain(self.error());
    return exit_machine;
  }
  const std::string path = row->fish_quotes ? base::quote_fish(self->string()) : base::quote_posix(self->string());
  const auto text = emit::fill(emit::builtin_templates().get(std::string("hook/hook.") + row->id), {{"psbc", path}});
  if (!text) {
    complain(text.error());
    return exit_machine;
  }
  print(*text);
  return exit_fine;
}

/// At a prompt: says at most one line, and that once for a project and a shell. 1 when it said something.
int hook_enter(Context& context) {
  if (runtime::inside_session()) return exit_fine;
  context.brief = true;
  int status = exit_fine;
  const auto places = places_here(context, status);
  const auto project = places ? driver::find_project(context.first_look, context.cwd) : base::Result<std::optional<driver::Project>>(base::Error{});
  if (!places || !project || !*project) return exit_fine; // a directory, or a file of somebody else: nobody's project
  const base::AbsPath& root = (*project)->root;
  const bool is_told = !context.env.get(told_variable).value_or("").empty();
  const auto say_once = [&](const std::string& line) {
    if (!is_told) say(context, "psbc: " + line);
    return exit_findings;
  };
  const std::string shown = "`" + base::escape(base::display_path(root, places->home)) + "`";

  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto user = driver::load_user_config(context.fs, *places, sources, diagnostics);
  if (!user) return say_once("your own config.toml has errors, so the sandbox of " + shown + " was not entered: psbc build shows them");
  const auto settings = policy::settings_of(*user, context.fs, root, places->home, {root});
  if (std::any_of(settings.begin(), settings.end(), [](const config::ProjectSettings* one) { return !one->hook; })) return exit_fine;

  const auto approval = trust::Store(places->state).lookup(policy::project_id(root), root);
  if (!approval) return say_once("the sandbox of " + shown + " was not entered: " + base::describe(approval.error()));
  if (!approval->granted) {
    if (!approval->denied.empty()) return exit_fine; // the user said no
    return say_once(shown + " has a sandbox that was never approved: psbc trust shows what it asks for");
  }
  return enter(context, {}) == exit_own_failure ? exit_findings : exit_fine;
}

} // namespace psbc::cli
