// SPDX-License-Identifier: MIT
// `psbc hook`: what a shell is told to source, and what that calls when its directory lies in a project (templates/hook).
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdint>
#include <optional>

#include "base/private_dir.h"
#include "base/quote.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/shell_choice.h"
#include "cli/version.h"
#include "driver/standing.h"
#include "emit/templates.h"
#include "policy/project_settings.h"
#include "policy/shell_table.h"
#include "runtime/inside.h"

namespace psbc::cli {
namespace {

constexpr const char* told_variable = "PSBC_HOOK_TOLD";   // the shell has said of this project what there is to say
constexpr const char* shell_variable = "PSBC_HOOK_SHELL"; // its process number: by that it finds where psbc leave leads it
constexpr int exit_elsewhere = 3; // of hook-enter: the shell asks hook-leave where to go
constexpr const char* asked_file = "hook"; // in the state directory: younger than all that was asked about in vain
constexpr const char* leave_directory = "leave"; // there as well
constexpr const char* old_file = ".python-sandbox"; // of python-sandbox: what runs in the project can write it, so it is never obeyed

/// What to do in this directory.
struct Verdict {
  enum class Kind : std::uint8_t { outside, declined, refused, approved };
  Kind kind = Kind::outside;
  std::string why{}; // of refused; empty: the user knows
  std::optional<policy::Places> places{};
};

Verdict refused(const policy::Places& places, std::string why) { return {.kind = Verdict::Kind::refused, .why = std::move(why), .places = places}; }

std::string shown(const base::AbsPath& path, const policy::Places& places) { return "`" + base::escape(base::display_path(path, places.home)) + "`"; }

std::optional<base::AbsPath> old_project(base::Fs& fs, base::AbsPath directory) {
  for (;; directory = directory.parent()) {
    if (fs.kind(directory / old_file) == base::Kind::file) return directory;
    if (directory.is_root()) return std::nullopt;
  }
}

/// By the organisation. Asked where the user never said anything.
bool is_approved_in_advance(Context& context, const policy::Places& places, const driver::Project& project, const trust::Approval& approval) {
  const auto self = driver::find_self(context.fs);
  if (!self) return false;
  driver::Sources sources;
  diag::Diagnostics unused; // psbc build shows them
  return driver::judge({.places = places, .project = project, .self = *self, .fs = context.fs, .env = context.env}, approval, sources, unused).standing.may_enter();
}

Verdict judge(Context& context) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return {};
  const auto project = driver::find_project(context.first_look, context.cwd);
  if (!project) return {}; // a directory of that name, or a file of somebody else: nobody's project
  if (!*project) {
    const auto old = old_project(context.fs, context.cwd);
    if (!old) return {};
    return refused(*places, shown(*old, *places) + " has a file of python-sandbox, which psbc never obeys: psbc init --migrate takes the project over");
  }
  const base::AbsPath& root = (*project)->root;

  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto user = driver::load_user_config(context.fs, *places, sources, diagnostics);
  if (!user) return refused(*places, "your own config.toml has errors, so the sandbox of " + shown(root, *places) + " was not entered: psbc build shows them");
  const auto settings = policy::settings_of(*user, context.fs, root, places->home, {root});
  if (std::any_of(settings.begin(), settings.end(), [](const config::ProjectSettings* one) { return !one->hook; })) return {.kind = Verdict::Kind::declined};

  const auto approval = trust::Store(places->state).lookup(policy::project_id(root), root);
  if (!approval) return refused(*places, "the sandbox of " + shown(root, *places) + " was not entered: " + base::describe(approval.error()));
  if (!approval->granted && !approval->denied.empty()) return refused(*places, "");
  if (!approval->granted && !is_approved_in_advance(context, *places, **project, *approval)) return refused(*places, shown(root, *places) + " has a sandbox that was never approved: psbc trust shows what it asks for");
  return {.kind = Verdict::Kind::approved, .places = places};
}

/// The shell looks whether something is younger than this, and asks again then: what was approved in the same directory
/// is entered at the next prompt.
int was_asked_in_vain(const Verdict& verdict) {
  if (const auto state = base::PrivateDir::make(verdict.places->state)) [[maybe_unused]] const auto written = state->replace(asked_file, "");
  return exit_findings;
}

/// By the number of the shell's process, which another shell cannot have at the same time.
std::string name_of_shell(const Context& context) {
  const std::string number = context.env.get(shell_variable).value_or("");
  const bool is_number = !number.empty() && number.size() < 12 && number.find_first_not_of("0123456789") == std::string::npos;
  return is_number ? number : "";
}

base::Status keep_for_shell(const Context& context, const policy::Places& places, const base::AbsPath& directory) {
  TRY_ASSIGN(const base::PrivateDir state, base::PrivateDir::make(places.state));
  TRY_ASSIGN(const base::PrivateDir all, state.make(leave_directory));
  return all.replace(name_of_shell(context), directory.string());
}

} // namespace

int hook(Context& context, const HookOptions& options) {
  const policy::Shell* const row = known_shell(options.shell, "hook");
  if (row == nullptr) return exit_usage;
  const auto self = driver::find_self(context.fs);
  if (!self) {
    complain(self.error());
    return exit_machine;
  }
  const std::string path = row->fish_quotes ? base::quote_fish(self->string()) : base::quote_posix(self->string());
  std::string text;
  for (const char* part : {"hook/hook.", "hook/guard."}) {
    if (!options.guard && !text.empty()) break;
    const auto filled = emit::fill(emit::builtin_templates().get(std::string(part) + row->id), {{"psbc", path}, {"version", PSBC_VERSION}});
    if (!filled) {
      complain(filled.error());
      return exit_machine;
    }
    text += *filled;
  }
  print(text);
  return exit_fine;
}

/// At a prompt: says at most one line, and that once for a project and a shell. 1: nothing was entered that might be.
int hook_enter(Context& context) {
  if (runtime::inside_session()) return exit_fine;
  const bool is_told = !context.env.get(told_variable).value_or("").empty();
  context.errors = is_told ? Context::Errors::none : Context::Errors::brief;
  const Verdict verdict = judge(context);
  if (verdict.kind == Verdict::Kind::refused) {
    if (!verdict.why.empty() && !is_told) say(context, "psbc: " + verdict.why);
    return was_asked_in_vain(verdict);
  }
  if (verdict.kind != Verdict::Kind::approved) return exit_fine;
  std::optional<base::AbsPath> go_to;
  if (enter(context, {.go_to = name_of_shell(context).empty() ? nullptr : &go_to}) == exit_own_failure) return was_asked_in_vain(verdict);
  if (!go_to) return exit_fine;
  const auto kept = keep_for_shell(context, *verdict.places, *go_to);
  if (!kept) complain(kept.error());
  return kept ? exit_elsewhere : exit_fine;
}

/// Prints where this shell goes, once. psbc outside wrote it, and looked at it: no control character, an existing directory.
int hook_leave(Context& context) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  const std::string name = name_of_shell(context);
  if (!places || name.empty()) return exit_findings;
  const auto state = base::PrivateDir::open(places->state);
  const auto all = state ? state->open(leave_directory) : base::Result<base::PrivateDir>(base::Error{});
  const auto content = all ? all->read(name, PATH_MAX) : base::Result<base::PrivateDir::Content>(base::Error{});
  if (!content) return exit_findings;
  [[maybe_unused]] const auto removed = all->remove(name);
  print(content->bytes);
  return exit_fine;
}

/// What the guard of a shell does for a program that was typed outside, somewhere in a project.
int hook_run(Context& context, std::vector<std::string> command) {
  const Verdict verdict = judge(context);
  if (verdict.kind == Verdict::Kind::approved) return enter(context, {.command = std::move(command), .is_run = true});
  if (verdict.kind == Verdict::Kind::refused) {
    complain("`" + base::escape(command.front()) + "` was not run: " + (verdict.why.empty() ? "you said no to the sandbox of this project" : verdict.why),
             "without the sandbox: command " + base::escape(command.front()));
    return exit_own_failure;
  }
  std::vector<char*> argv;
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  signal(SIGPIPE, SIG_DFL);
  execvp(argv[0], argv.data());
  const base::Error error = base::system_error("run", command.front());
  complain(error);
  return error.code == ENOENT ? exit_not_found : exit_not_executable;
}

} // namespace psbc::cli
