// SPDX-License-Identifier: MIT
#include <unistd.h>

#include "base/text.h"
#include "cli/commands.h"
#include "driver/remove.h"
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
  const auto sessions = runtime::running_sessions(places->state, policy::project_id(root));
  if (sessions && !sessions->empty()) {
    complain("a session of `" + base::escape(sessions->front().name) + "` is running", "end it first: psbc -C " + base::escape(base::display_path(root, places->home)) + " stop");
    return exit_machine;
  }
  const auto removed = driver::remove_project(*places, root, options.environment);
  if (!removed) {
    complain(removed.error());
    return exit_machine;
  }
  for (const std::string& what : *removed) say(context, "removed " + what);
  if (removed->empty()) say(context, "nothing was built for `" + base::escape(base::display_path(root, places->home)) + "`");
  return exit_fine;
}

} // namespace psbc::cli
