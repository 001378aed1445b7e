// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "driver/build.h"
#include "driver/registry.h"
#include "runtime/obeyed_review.h"
#include "runtime/sessions.h"
#include "trace/store.h"
#include "trust/store.h"

namespace psbc::cli {

namespace {

/// "  (2 sessions, 1 older than the build)", or nothing.
std::string running(const policy::Places& places, const std::string& id, const std::vector<runtime::RunningSession>& sessions) {
  const auto of_this = [&](const runtime::RunningSession& session) { return session.id == id; };
  if (std::none_of(sessions.begin(), sessions.end(), of_this)) return {};
  const auto store = trace::Store::open(places.state, id);
  const auto current = store ? store->current() : base::Result<std::optional<trace::Current>>(store.error());
  const auto build = current && *current ? (*current)->read(driver::build_file) : base::Result<std::string>(base::Error{});
  std::size_t all = 0, older = 0;
  for (const runtime::RunningSession& session : sessions) {
    if (!of_this(session)) continue;
    ++all;
    older += build && *build != session.build + "\n" ? 1 : 0;
  }
  std::string out = "  (" + std::to_string(all) + (all == 1 ? " session" : " sessions");
  if (older > 0) out += ", " + std::to_string(older) + " older than the build";
  return out + ")";
}

/// "  (2 files wait for psbc review)", or nothing; of a session as well whose psbc was killed.
std::string waiting(const policy::Places& places, const std::string& id) {
  base::RealFs fs;
  if (fs.kind(places.state / "review" / id) != base::Kind::directory) return {};
  auto review = runtime::ObeyedReview::open(places.state, id);
  if (!review || !review->recover()) return "  (what waits for psbc review cannot be read)";
  const auto pending = review->pending(false);
  if (!pending) return "  (what waits for psbc review cannot be read)";
  if (pending->empty()) return {};
  return "  (" + std::to_string(pending->size()) + (pending->size() == 1 ? " file waits" : " files wait") + " for psbc review)";
}

} // namespace

int list(Context& context) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto projects = driver::known_projects(context.fs, *places);
  if (!projects) {
    complain(projects.error());
    return exit_machine;
  }
  const std::vector<runtime::RunningSession> none;
  if (projects->empty()) say(context, "nothing was built yet; in a project, type: psbc init");
  const auto sessions = runtime::running_sessions(places->state);
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
    print(base::escape(line + state) + base::escape(base::display_path(entry.root, places->home)) + running(*places, entry.id, sessions ? *sessions : none) + waiting(*places, entry.id) + "\n");
  }
  return exit_fine;
}

} // namespace psbc::cli
