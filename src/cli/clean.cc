// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/removal.h"
#include "runtime/sessions.h"

namespace psbc::cli {

int clean(Context& context, const CleanOptions& options) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  // The directory itself, config or not: a project that is gone must be cleanable too.
  auto directory = options.directory.empty() ? std::optional(context.cwd) : absolute(context, options.directory);
  if (!directory) directory = base::AbsPath::parse(options.directory);
  if (!directory) {
    complain("there is no directory `" + base::escape(options.directory) + "`");
    return exit_not_trusted;
  }
  auto project = driver::find_project(context.fs, *directory);
  const base::AbsPath root = project && *project ? (*project)->root : *directory;
  const std::string shown = base::escape(base::display_path(root, places->home));
  const auto sessions = runtime::running_sessions(places->state, policy::project_id(root));
  if (sessions && !sessions->empty()) {
    complain("a session of `" + base::escape(sessions->front().name) + "` is running", "end it first: psbc -C " + shown + " stop");
    return exit_machine;
  }
  const auto removals = driver::removals_of(*places, root, options.environments);
  if (!removals) {
    complain(removals.error());
    return exit_machine;
  }
  if (removals->empty()) say(context, "nothing was built for `" + shown + "`");
  else status = remove_all(context, *removals, options.yes, options.environments ? "psbc clean --envs" : "psbc clean");
  const base::AbsPath sandbox = places->sandbox_root(policy::project_id(root));
  if (!options.environments && context.fs.kind(sandbox) != base::Kind::absent)
    say(context, "stays: environment, caches and state in " + base::escape(base::display_path(sandbox, places->home)) + "; psbc clean --envs removes them too");
  return status;
}

} // namespace psbc::cli
