// SPDX-License-Identifier: MIT
#include <set>

#include "base/text.h"
#include "cli/commands.h"
#include "runtime/sessions.h"

namespace psbc::cli {

int stop(Context& context, const StopOptions& options) {
  constexpr int patience_ms = 3000; // per signal: shells write their history, servers say goodbye
  if (refuse_inside("and sessions are stopped from outside", "to end this one, type: exit")) return exit_not_trusted;
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  std::string id;
  if (!options.all && options.name.empty()) {
    const auto project = project_here(context, {}, status);
    if (!project) return status;
    id = policy::project_id(project->root);
  }
  const auto sessions = runtime::running_sessions(places->state, id);
  if (!sessions) {
    complain(sessions.error());
    return exit_machine;
  }
  std::size_t found = 0;
  std::set<std::string> others;
  for (const runtime::RunningSession& session : *sessions) {
    if (!options.name.empty() && session.name != options.name) {
      others.insert(session.name);
      continue;
    }
    ++found;
    const std::string shown = "`" + base::escape(session.name) + "` (process " + std::to_string(session.pid) + ": " + base::escape(session.command) + ")";
    if (runtime::stop_session(places->state, session, patience_ms)) {
      say(context, "stopped " + shown);
    } else {
      complain("cannot stop " + shown, "it does not obey SIGKILL: it waits for the disk or the network");
      status = exit_machine;
    }
  }
  if (found == 0 && !options.name.empty() && !others.empty()) {
    const std::vector<std::string> names(others.begin(), others.end());
    const std::string meant = base::nearest(options.name, names);
    complain("no session of `" + base::escape(options.name) + "` is running", meant.empty() ? "psbc list shows what runs" : "did you mean `" + meant + "`?");
    return exit_not_trusted;
  }
  if (found == 0) say(context, "no session is running");
  return status;
}

} // namespace psbc::cli
