// SPDX-License-Identifier: MIT
// psbc list and psbc status: the projects of this machine, as lines, for programs, and on one screen with their sessions.
#include <sys/stat.h>

#include <algorithm>
#include <ctime>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "driver/build.h"
#include "driver/registry.h"
#include "driver/standing.h"
#include "runtime/obeyed_review.h"
#include "runtime/sessions.h"
#include "trace/store.h"

namespace psbc::cli {

namespace {

/// Of a running session.
struct Session {
  pid_t pid;
  std::string command;
  std::optional<long> age; // seconds; nothing when its record cannot be looked at
  bool is_older;           // than the build
};

/// What this machine knows of a project.
struct Row {
  driver::KnownProject project;
  std::string state;    // fresh, stale, unreadable; gone: its file is not there any more
  std::string approval; // approved, asks for more, not approved, not valid, unreadable; empty: nobody asked
  std::vector<Session> sessions;
  std::optional<std::size_t> waiting; // files, for psbc review; nothing: that cannot be read
};

std::optional<long> age_of(const policy::Places& places, const runtime::RunningSession& session) {
  struct stat record {};
  const std::string path = (places.state / "sessions" / session.id / std::to_string(session.pid)).string();
  if (stat(path.c_str(), &record) != 0) return std::nullopt;
  return std::max(0L, static_cast<long>(time(nullptr) - record.st_mtim.tv_sec)); // written once, when it begins
}

std::vector<Session> sessions_of(const policy::Places& places, const std::string& id, const std::vector<runtime::RunningSession>& running) {
  std::vector<Session> out;
  std::optional<std::string> build;
  for (const runtime::RunningSession& session : running) {
    if (session.id != id) continue;
    if (!build) {
      const auto store = trace::Store::open(places.state, id);
      const auto current = store ? store->current() : base::Result<std::optional<trace::Current>>(store.error());
      const auto text = current && *current ? (*current)->read(driver::build_file) : base::Result<std::string>(base::Error{});
      build = text ? *text : "";
    }
    out.push_back({.pid = session.pid, .command = session.command, .age = age_of(places, session), .is_older = !build->empty() && *build != session.build + "\n"});
  }
  return out;
}

/// Of a session as well whose psbc was killed.
std::optional<std::size_t> waiting_for_review(const policy::Places& places, const std::string& id) {
  base::RealFs fs;
  if (fs.kind(places.state / "review" / id) != base::Kind::directory) return 0;
  auto review = runtime::ObeyedReview::open(places.state, id);
  if (!review || !review->recover()) return std::nullopt;
  const auto pending = review->pending(false);
  return pending ? std::optional(pending->size()) : std::nullopt;
}

std::string state_of(Context& context, const policy::Places& places, const driver::KnownProject& project) {
  if (!project.exists) return "gone";
  const auto fresh = driver::check({.places = places, .project = {.root = project.root, .config_file = project.root / driver::config_name}, .env = context.env});
  return !fresh ? "unreadable" : fresh->fresh() ? "fresh" : "stale";
}

std::string approval_of(Context& context, const policy::Places& places, const driver::KnownProject& project) {
  const auto approval = trust::Store(places.state).lookup(project.id, project.root);
  if (!approval) return "unreadable";
  const auto self = driver::find_self(context.fs);
  if (!project.exists || !self) return approval->granted ? "approved" : "not approved";
  const driver::Project here{.root = project.root, .config_file = project.root / driver::config_name};
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto judged = driver::judge({.places = places, .project = here, .self = *self, .fs = context.fs, .env = context.env}, *approval, sources, diagnostics);
  if (!judged.asked || !judged.ceiling) return approval->granted ? "not valid" : "not approved";
  using Is = driver::Standing::Is;
  switch (judged.standing.is) {
    case Is::approved: return "approved";
    case Is::organisation: return "approved by the organisation";
    case Is::denied:
    case Is::wider:
    case Is::never: break;
  }
  return approval->granted ? "asks for more" : "not approved";
}

struct Known {
  policy::Places places;
  std::vector<Row> rows;
};

/// Nothing, and said, when this machine's record cannot be read. `approvals`: they are asked for, which reads each file.
std::optional<Known> known_here(Context& context, bool approvals, int& status) {
  if (refuse_inside("the projects of this machine cannot be seen from here", "type it in a terminal outside")) {
    status = exit_not_trusted;
    return std::nullopt;
  }
  auto places = places_here(context, status);
  if (!places) return std::nullopt;
  const auto projects = driver::known_projects(context.fs, *places);
  if (!projects) {
    complain(projects.error());
    status = exit_machine;
    return std::nullopt;
  }
  const auto running = runtime::running_sessions(places->state);
  const std::vector<runtime::RunningSession> none;
  std::vector<Row> out;
  for (const driver::KnownProject& project : *projects)
    out.push_back({.project = project, .state = state_of(context, *places, project), .approval = approvals ? approval_of(context, *places, project) : "",
                   .sessions = sessions_of(*places, project.id, running ? *running : none), .waiting = waiting_for_review(*places, project.id)});
  if (out.empty()) say(context, "nothing was built yet; in a project, type: psbc init");
  return Known{.places = std::move(*places), .rows = std::move(out)};
}

std::string counted(std::size_t count, const std::string& word) { return std::to_string(count) + " " + word + (count == 1 ? "" : "s"); }

/// "  (2 sessions, 1 older than the build)", or nothing.
std::string running(const Row& row) {
  if (row.sessions.empty()) return {};
  const auto older = std::count_if(row.sessions.begin(), row.sessions.end(), [](const Session& session) { return session.is_older; });
  return "  (" + counted(row.sessions.size(), "session") + (older > 0 ? ", " + std::to_string(older) + " older than the build" : "") + ")";
}

/// "  (2 files wait for psbc review)", or nothing.
std::string waiting(const Row& row) {
  if (!row.waiting) return "  (what waits for psbc review cannot be read)";
  if (*row.waiting == 0) return {};
  return "  (" + counted(*row.waiting, "file") + (*row.waiting == 1 ? " waits" : " wait") + " for psbc review)";
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 1, width), ' ');
  return text;
}

/// "3 min", in the largest unit of which it is one.
std::string spoken(long seconds) {
  constexpr std::pair<long, const char*> units[] = {{86400, "days"}, {3600, "h"}, {60, "min"}};
  for (const auto& [length, name] : units)
    if (seconds >= length) return std::to_string(seconds / length) + " " + name;
  return std::to_string(seconds) + " s";
}

std::string json(const Row& row) {
  using base::json_text;
  std::string sessions;
  for (const Session& session : row.sessions)
    sessions += (sessions.empty() ? "" : ",") + ("{\"pid\":" + std::to_string(session.pid) + ",\"command\":" + json_text(session.command) +
                                                 ",\"age\":" + (session.age ? std::to_string(*session.age) : "null") + ",\"older_than_build\":" + (session.is_older ? "true" : "false") + "}");
  return "{\"name\":" + json_text(row.project.name) + ",\"root\":" + json_text(row.project.root.string()) + ",\"id\":" + json_text(row.project.id) + ",\"state\":" + json_text(row.state) +
         ",\"approval\":" + json_text(row.approval) + ",\"sessions\":[" + sessions + "],\"review\":" + (row.waiting ? std::to_string(*row.waiting) : "null") + "}";
}

/// What to type about it; empty: nothing is to be done.
std::string advice(const Row& row) {
  if (row.state == "gone") return "its directory or file is gone: psbc clean DIR removes what was built";
  if (row.approval == "not valid") return "its file is not valid: psbc build says why";
  if (row.approval == "not approved") return "psbc trust shows what it asks for";
  if (row.approval == "asks for more") return "psbc trust --show says what is new; until then it is entered as approved";
  if (row.waiting && *row.waiting > 0) return "psbc review";
  return {};
}

} // namespace

int list(Context& context, const ListOptions& options) {
  int status = exit_fine;
  const auto known = known_here(context, options.json, status);
  if (!known) return status;
  std::string out;
  for (const Row& row : known->rows)
    if (options.json) out += (out.empty() ? "" : ",\n") + json(row);
    else out += base::escape(padded(row.project.name, 24) + padded(row.state, 12)) + base::escape(base::display_path(row.project.root, known->places.home)) + running(row) + waiting(row) + "\n";
  print(options.json ? "{\"version\":1,\"projects\":[" + out + "]}\n" : out);
  return exit_fine;
}

int status(Context& context) {
  int status = exit_fine;
  const auto known = known_here(context, true, status);
  if (!known) return status;
  for (const Row& row : known->rows) {
    print(base::escape(padded(row.project.name, 24) + padded(row.state, 12) + padded(row.approval, 15)) + base::escape(base::display_path(row.project.root, known->places.home)) + "\n");
    for (const Session& session : row.sessions)
      print("  " + padded(std::to_string(session.pid), 9) + padded(session.age ? spoken(*session.age) : "?", 8) + base::escape(session.command) +
            (session.is_older ? "  (older than the build; what changed is for the next one)" : "") + "\n");
    if (const std::string what = advice(row); !what.empty()) print("  " + what + "\n");
  }
  return exit_fine;
}

} // namespace psbc::cli
