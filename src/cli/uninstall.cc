// SPDX-License-Identifier: MIT
// psbc uninstall: all that psbc keeps on this machine for its user. What people wrote stays: .python-sandbox.toml, ~/.config/psbc, what
// psbc hide moved; so do environments, unless they are asked for.
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "audit/chain.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/git.h"
#include "cli/removal.h"
#include "cli/shell_lines.h"
#include "driver/registry.h"
#include "runtime/sessions.h"

namespace psbc::cli {
namespace {

using base::AbsPath;
using driver::Removal;

constexpr std::size_t settings_limit = 1U << 20U; // bytes of one file

/// The file as it is then, without the lines that are psbc's own to the last letter. Where it is a link, what it leads to.
base::Status without_lines(const AbsPath& file) {
  base::RealFs fs;
  TRY_ASSIGN(const base::Resolved real, resolve(fs, file));
  TRY_ASSIGN(const std::string text, fs.read(real.path, settings_limit));
  struct stat found {};
  if (stat(real.path.c_str(), &found) != 0) return base::system_error("look at", real.path.string());
  const std::vector<ShellLine> lines = lines_of_psbc(text);
  std::string out;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    ++number;
    const bool goes = std::any_of(lines.begin(), lines.end(), [&](const ShellLine& line) { return line.number == number && line.is_whole; });
    if (!goes) out += text.substr(at, end - at);
    at = end;
  }
  return base::write_atomically(real.path, out, found.st_mode & 07777U);
}

void add_shell_lines(Context& context, const policy::Places& places, std::vector<Removal>& out, std::vector<std::string>& stays) {
  for (const AbsPath& file : shell_settings(places.home, context.env)) {
    const auto text = context.fs.read(file, settings_limit);
    if (!text) continue;
    bool is_any = false;
    for (const ShellLine& line : lines_of_psbc(*text)) {
      const std::string where = base::display_path(file, places.home) + ":" + std::to_string(line.number) + ": " + line.text;
      if (line.is_whole) out.push_back({where, [] { return base::ok(); }});
      else stays.push_back(where + "; it is not as psbc tells to write it: look at it yourself");
      is_any = is_any || line.is_whole;
    }
    if (is_any) out.push_back({"", [file] { return without_lines(file); }});
  }
}

} // namespace

int uninstall(Context& context, const CleanOptions& options) {
  if (refuse_inside("from where nothing of it can be removed", "type it in a terminal outside")) return exit_not_trusted;
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  if (const auto sessions = runtime::running_sessions(places->state, {}); sessions && !sessions->empty()) {
    complain("a session of `" + base::escape(sessions->front().name) + "` is running", "end it first: psbc stop --all");
    return exit_machine;
  }
  std::vector<Removal> removals;
  std::vector<std::string> stays;
  const auto add = [&](base::Result<std::vector<Removal>> more) {
    if (!more) {
      complain(more.error());
      status = exit_machine;
      return;
    }
    for (Removal& one : *more) // what belongs to a project is a part of the whole as well
      if (one.what.empty() || std::none_of(removals.begin(), removals.end(), [&](const Removal& other) { return other.what == one.what; })) removals.push_back(std::move(one));
  };
  const auto known = driver::known_projects(context.fs, *places);
  if (!known) {
    complain(known.error());
    return exit_machine;
  }
  for (const driver::KnownProject& project : *known) {
    if (project.exists)
      for (Removal& one : removals_of_git_hooks(context, *places, project.root)) removals.push_back(std::move(one));
    add(driver::removals_of(*places, project.root, options.environments));
  }
  add(driver::removals_of_psbc(*places, options.environments));
  if (status != exit_fine) return status;
  add_shell_lines(context, *places, removals, stays);

  const auto stays_there = [&](const AbsPath& path, const char* what) {
    if (context.fs.kind(path) != base::Kind::absent) stays.push_back(base::display_path(path, places->home) + ": " + what);
  };
  if (!options.environments) stays_there(places->data / "sandboxes", "environments, caches and state; psbc uninstall --envs removes them too");
  stays_there(places->data / "hidden", "what psbc hide moved out of projects; psbc hide --undo FILE, in each, puts it back");
  stays_there(places->state / audit::directory_name, "the record of what was granted and used (psbc audit); rm -r removes it");
  stays_there(places->config, "your own settings");
  const bool is_nothing = std::none_of(removals.begin(), removals.end(), [](const Removal& one) { return !one.what.empty(); });
  if (is_nothing) say(context, "psbc keeps nothing on this machine");
  else status = remove_all(context, removals, options.yes, options.environments ? "psbc uninstall --envs" : "psbc uninstall");
  for (const std::string& one : stays) say(context, "stays: " + base::escape(one));
  if (const auto self = self_here(context, status)) say(context, "the program is `" + base::escape(self->string()) + "`" + (self->string().starts_with("/usr/bin/") ? ": sudo apt remove psbc" : ""));
  return status;
}

} // namespace psbc::cli
