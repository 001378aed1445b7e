// SPDX-License-Identifier: MIT
// psbc doctor: what is broken or weak on this machine, and what to type. It changes nothing. (What a sandbox holds is proved by entering
// it; this is what can be said before.)
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/landlock.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/doctor.h"
#include "cli/shell_lines.h"
#include "driver/build.h"
#include "driver/compile.h"
#include "driver/registry.h"
#include "policy/shell_table.h"
#include "runtime/preflight.h"

namespace psbc::cli {
namespace {

using base::AbsPath;
using base::Kind;

constexpr std::size_t settings_limit = 1U << 20U; // bytes of one file

using Checks = std::vector<Check>;

/// What the build would say of firejail, as checks.
void add(Checks& checks, const std::string& what, const diag::Diagnostics& diagnostics) {
  for (const diag::Diagnostic& one : diagnostics.all())
    checks.push_back({.verdict = one.severity == diag::Severity::error ? Health::broken : Health::weak, .what = what, .found = one.message, .hint = one.help.empty() ? "" : one.help.front()});
}

void check_firejail(Context& context, Checks& checks) {
  diag::Diagnostics diagnostics;
  const auto used = driver::firejail_here(context.fs, diagnostics);
  if (used) driver::report_firejail(context.fs, *used, diagnostics);
  add(checks, "firejail", diagnostics);
  if (!used) return;
  if (diagnostics.empty()) checks.push_back({.verdict = Health::good, .what = "firejail", .found = to_string(used->version) + ", " + used->path.string()});
  if (std::string reason = runtime::why_no_sandbox(used->version); !reason.empty())
    checks.push_back({.verdict = Health::broken, .what = "place", .found = std::move(reason), .hint = "run psbc on the machine itself, outside of it"});
  const auto config = context.fs.read(AbsPath::literal("/etc/firejail/firejail.config"), settings_limit);
  const std::string feature = config ? runtime::disabled_feature(*config) : "";
  if (!feature.empty())
    checks.push_back({.verdict = Health::broken, .what = "firejail.config", .found = "`" + base::escape(feature) + " no` turns a protection off", .hint = "take that line out of /etc/firejail/firejail.config"});
  else checks.push_back({.verdict = Health::good, .what = "firejail.config", .found = "turns off nothing that psbc needs"});
}

void check_kernel(Context& context, Checks& checks) {
  const int landlock = base::landlock_version();
  if (landlock >= base::landlock_with_scopes) checks.push_back({.verdict = Health::good, .what = "kernel", .found = "Landlock, version " + std::to_string(landlock)});
  else if (landlock >= base::landlock_with_ports)
    checks.push_back({.verdict = Health::weak, .what = "kernel", .found = "cannot close abstract sockets alone (Linux 6.12 can)", .hint = "psbc refuses to enter beside one that answers: docs/channels.md"});
  else
    checks.push_back({.verdict = Health::weak, .what = "kernel", .found = "can neither limit the network to ports (Linux 6.7) nor close abstract sockets alone (Linux 6.12)",
                      .hint = "psbc refuses what it cannot do: docs/network.md, docs/channels.md"});
  const auto tiocsti = context.fs.read(AbsPath::literal("/proc/sys/dev/tty/legacy_tiocsti"), 16);
  if (tiocsti && tiocsti->starts_with("1"))
    checks.push_back({.verdict = Health::note, .what = "terminal", .found = "programs may type into a terminal that they share; psbc gives each session one of its own", .hint = "sudo sysctl dev.tty.legacy_tiocsti=0"});
}

/// What psbc keeps must be the user's alone: who writes it chooses the next sandbox.
void check_directories(Context& context, const policy::Places& places, Checks& checks) {
  bool fine = true;
  const auto wrong = [&](const AbsPath& path, const std::string& why, const std::string& hint) {
    fine = false;
    checks.push_back({.verdict = Health::broken, .what = "files of psbc", .found = "`" + base::escape(base::display_path(path, places.home)) + "` " + why, .hint = hint});
  };
  for (const AbsPath& path : {places.state, places.state / "trust", places.state / "builds", places.data, places.config, places.user_config(), places.home / ".config/firejail"}) {
    const auto owner = context.fs.ownership(path);
    if (!owner || context.fs.kind(path) == Kind::symlink) continue;
    const std::string shown = base::escape(base::display_path(path, places.home));
    if (owner->uid != geteuid()) wrong(path, "belongs to somebody else", "move it away: mv " + shown + " " + shown + ".old");
    else if ((owner->mode & 0022) != 0) wrong(path, "can be written by others", "chmod go-w " + shown);
  }
  if (fine) checks.push_back({.verdict = Health::good, .what = "files of psbc", .found = "are yours alone"});
  if (const std::string why = runtime::why_root_is_kept_out(places.home); !why.empty())
    checks.push_back({.verdict = Health::weak, .what = "home", .found = "root, which firejail is at its start, may be kept out of `~`: " + why,
                      .hint = "allow_other, or no_root_squash; or a local disk for projects, XDG_STATE_HOME and XDG_DATA_HOME"});
}

/// A line that takes every other hook away: it assigns, and keeps nothing of what was there.
bool takes_hooks_away(const std::string& shell, std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  line.remove_prefix(std::min(begin, line.size()));
  if (line.starts_with("export ")) line.remove_prefix(7);
  if (shell == "bash") return line.starts_with("PROMPT_COMMAND=") && line.find("PROMPT_COMMAND", 15) == std::string_view::npos;
  if (shell == "zsh") return line.starts_with("precmd_functions=(") && line.find("precmd_functions", 18) == std::string_view::npos;
  return false;
}

void check_hook(Context& context, const policy::Places& places, Checks& checks) {
  const std::string login = context.env.get("SHELL").value_or("");
  const std::string shell = login.substr(login.rfind('/') + 1);
  const AbsPath file = places.home / (shell == "zsh" ? ".zshrc" : shell == "fish" ? ".config/fish/config.fish" : ".bashrc");
  if (policy::find_shell(shell) == nullptr) {
    checks.push_back({.verdict = Health::note, .what = "hook", .found = "your shell is `" + base::escape(shell) + "`, for which there is none: psbc enter works in each", .hint = {}});
    return;
  }
  const std::string shown = base::escape(base::display_path(file, places.home));
  const auto text = context.fs.read(file, settings_limit);
  const std::vector<ShellLine> ours = lines_of_psbc(text ? *text : "");
  std::size_t number = 0, installed = 0;
  for (const std::string_view line : base::split(text ? std::string_view(*text) : std::string_view(), '\n')) {
    ++number;
    const std::size_t code = line.find_first_not_of(" \t");
    if (code == std::string_view::npos || line[code] == '#') continue;
    if (std::any_of(ours.begin(), ours.end(), [&](const ShellLine& one) { return one.number == number && one.text.find("hook") != std::string::npos; })) installed = number;
    else if (installed > 0 && takes_hooks_away(shell, line)) {
      checks.push_back({.verdict = Health::weak, .what = "hook", .found = shown + ":" + std::to_string(number) + " takes it away again, and every other hook", .hint = "move the line of psbc hook (line " + std::to_string(installed) + ") behind it"});
      return;
    }
  }
  if (installed > 0) checks.push_back({.verdict = Health::good, .what = "hook", .found = shown + ":" + std::to_string(installed)});
  else
    checks.push_back({.verdict = Health::note, .what = "hook", .found = "is not in " + shown + ": you enter by psbc enter",
                      .hint = "echo '" + hook_line(shell) + "' >> " + shown});
}

void check_projects(Context& context, const policy::Places& places, Checks& checks) {
  const auto projects = driver::known_projects(context.fs, places);
  if (!projects) {
    checks.push_back({.verdict = Health::broken, .what = "projects", .found = describe(projects.error())});
    return;
  }
  std::size_t gone = 0, unreadable = 0, stale = 0;
  for (const driver::KnownProject& project : *projects) {
    gone += project.exists ? 0 : 1;
    if (!project.exists) continue;
    const auto freshness = driver::check({.places = places, .project = {.root = project.root, .config_file = project.root / driver::config_name}, .env = context.env});
    unreadable += freshness ? 0 : 1;
    stale += freshness && !freshness->fresh() ? 1 : 0;
  }
  if (stale > 0)
    checks.push_back({.verdict = Health::note, .what = "projects", .found = std::to_string(stale) + " of " + std::to_string(projects->size()) + " are stale: the next entry builds them", .hint = "psbc build --all"});
  if (gone + unreadable + stale == 0) checks.push_back({.verdict = Health::good, .what = "projects", .found = std::to_string(projects->size()) + " known; psbc status shows them"});
  if (gone + unreadable > 0) checks.push_back({.verdict = Health::note, .what = "projects", .found = std::to_string(gone + unreadable) + " of " + std::to_string(projects->size()) + " are gone or cannot be read", .hint = "psbc status"});
}

/// firejail takes an include of that name from here before its own (profile.c), for profiles of others; psbc's include nothing.
void check_shadows(Context& context, const policy::Places& places, Checks& checks) {
  const AbsPath directory = places.home / ".config/firejail";
  const auto names = context.fs.names(directory);
  if (!names) return;
  for (const std::string& name : *names)
    if ((name.ends_with(".inc") || name == "globals.local" || name == "default.profile") && context.fs.kind(AbsPath::literal("/etc/firejail") / name) != Kind::absent)
      checks.push_back({.verdict = Health::note, .what = "profiles", .found = base::escape(base::display_path(directory / name, places.home)) + " takes the place of firejail's own, for profiles other than psbc's",
                        .hint = "psbc lint --profile " + base::escape(base::display_path(directory / name, places.home))});
}

std::string json(const Check& check) {
  using base::json_text;
  return "{\"what\":" + json_text(check.what) + ",\"verdict\":" + json_text(to_string(check.verdict)) + ",\"found\":" + json_text(check.found) + ",\"hint\":" + json_text(check.hint) + "}";
}

std::string text(const Check& check) {
  std::string word = to_string(check.verdict), what = check.what;
  word.resize(8, ' ');
  what.resize(std::max<std::size_t>(what.size(), 16), ' ');
  return word + what + " " + check.found + "\n" + (check.hint.empty() ? "" : std::string(25, ' ') + check.hint + "\n");
}

} // namespace

const char* to_string(Health health) {
  constexpr const char* names[] = {"good", "note", "weak", "broken"};
  return names[static_cast<std::size_t>(health)];
}

std::vector<Check> check_machine(Context& context, const policy::Places& places) {
  Checks checks;
  check_firejail(context, checks);
  check_kernel(context, checks);
  check_directories(context, places, checks);
  check_hook(context, places, checks);
  check_projects(context, places, checks);
  check_shadows(context, places, checks);
  return checks;
}

int doctor(Context& context, const DoctorOptions& options) {
  if (refuse_inside("the machine cannot be seen from here", "type it in a terminal outside")) return exit_not_trusted;
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const Checks checks = check_machine(context, *places);
  std::string out;
  for (const Check& check : checks) out += options.json ? (out.empty() ? "" : ",\n") + json(check) : text(check);
  print(options.json ? "{\"version\":1,\"checks\":[" + out + "]}\n" : out);
  return std::any_of(checks.begin(), checks.end(), [](const Check& check) { return check.verdict == Health::broken; }) ? exit_findings : exit_fine;
}

} // namespace psbc::cli
