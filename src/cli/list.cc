// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "cli/commands.h"
#include "driver/build.h"
#include "driver/registry.h"
#include "trust/store.h"

namespace psbc::cli {

int list(Context& context) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto projects = driver::known_projects(context.fs, *places);
  if (!projects) {
    complain(projects.error());
    return exit_machine;
  }
  if (projects->empty()) say(context, "nothing was built yet; in a project, type: psbc init");
  for (const driver::KnownProject& entry : *projects) {
    std::string state = "gone";
    if (entry.exists) {
      const auto fresh = driver::check({.places = *places,
                                        .project = {.root = entry.root, .config_file = entry.root / driver::config_name},
                                        .env = context.env});
      state = !fresh ? "unreadable" : fresh->fresh() ? "fresh" : "stale";
    }
    std::string line = entry.name;
    line.resize(std::max<std::size_t>(line.size() + 1, 24), ' ');
    state.resize(std::max<std::size_t>(state.size() + 1, 12), ' ');
    print(base::escape(line + state) + base::escape(base::display_path(entry.root, places->home)) + "\n");
  }
  return exit_fine;
}

} // namespace psbc::cli
