// SPDX-License-Identifier: MIT
#include <fcntl.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "driver/propose.h"

namespace psbc::cli {

int init(Context& context, const InitOptions& options) {
  const base::AbsPath file = context.cwd / driver::config_name;
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  if (context.cwd == places->home || places->home.is_under(context.cwd)) {
    complain("a sandbox for `" + base::escape(context.cwd.string()) + "` would hold your whole home directory",
             "go to the directory of one project");
    return exit_usage;
  }
  const driver::Proposal proposal = driver::propose(context.fs, context.cwd, places->home, options.name);
  if (!options.name.empty() && proposal.name != options.name) {
    complain("`" + base::escape(options.name) + "` cannot be the name of a sandbox",
             "use lower-case letters, digits, `.`, `_` and `-`, such as `" + proposal.name + "`");
    return exit_usage;
  }
  // O_EXCL and O_NOFOLLOW: an existing file, or a link planted there, is never written through.
  const base::Fd fd(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!fd) {
    const base::Error error = base::system_error("create", file.string());
    if (error.code != EEXIST) {
      complain(error);
      return exit_machine;
    }
    complain("`.python-sandbox.toml` exists already", "edit it, then type: psbc build");
    return exit_usage;
  }
  if (const auto written = base::write_all(fd.get(), proposal.text, file.string()); !written) {
    complain(written.error());
    return exit_machine;
  }
  say(context, "wrote .python-sandbox.toml for the sandbox `" + proposal.name + "`");
  for (const std::string& what : proposal.recognised) say(context, "  recognised " + what);
  for (const auto* paths : {&proposal.beside.readonly, &proposal.beside.workspace})
    for (const driver::ProposedPath& path : *paths) say(context, "  shows " + base::escape(path.path) + ": " + path.why);
  for (const std::string& path : proposal.hidden) say(context, "  hides " + base::escape(path));
  const base::AbsPath local = places->home / ".config/firejail/python-env-template.local";
  if (const auto rules = context.fs.read(local, 256 * 1024)) {
    const auto sentences = driver::translate_local_rules(*rules);
    if (!sentences.empty()) say(context, "your rules in ~/.config/firejail/python-env-template.local are not used by psbc:");
    for (const std::string& sentence : sentences) say(context, "  " + sentence);
  }
  say(context, "next: read it, then type: psbc trust --yes && psbc enter");
  return exit_fine;
}

} // namespace psbc::cli
