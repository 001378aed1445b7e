// SPDX-License-Identifier: MIT
// The sessions that run on this machine: who they are, and the /tmp that those of one project share.
//
//   <state>/sessions/<id>/<pid>   one record for each `psbc enter` or `run`, locked while it runs
//   <state>/sessions/<id>/lock    held while a session begins or ends
//   <state>/sessions/<id>/places  what keeps places in the project (runtime/kept_places.h)
//   /tmp/psbc-<uid>/<hash>        what TMPDIR names inside; empty when the first session begins
//
// A session runs as long as its record is locked (flock(2)): the kernel lets go of it however the process
// ends, so that a pid which was given to another process is never taken for a session.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/private_dir.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

struct RunningSession {
  pid_t pid = 0; // of psbc on the host
  std::string id;
  std::string name;
  std::string project; // canonical root
  std::string build;   // names the build that it was entered with
  std::string command; // the program's name; its arguments may hold a token, and this file outlives a SIGKILL (THREATS B8)
  bool operator==(const RunningSession&) const = default;
};

/// This process as a session, until it is destroyed. The last one of a project empties the shared /tmp, and takes away what
/// kept the places of guarded files.
class SessionRecord {
 public:
  /// `places`: those of the plan that harm nobody.
  static base::Result<SessionRecord> begin(const base::AbsPath& state, const emit::EnterPlan& plan, const std::string& build,
                                           const std::string& program, const std::vector<emit::KeptPlace>& places = {});
  SessionRecord(SessionRecord&&) noexcept = default;
  SessionRecord& operator=(SessionRecord&&) = delete;
  ~SessionRecord();

 private:
  SessionRecord(base::PrivateDir directory, base::Fd file, std::string temporary)
      : directory_(std::move(directory)), file_(std::move(file)), temporary_(std::move(temporary)) {}
  base::PrivateDir directory_;
  base::Fd file_;
  std::string temporary_;
};

/// Sorted by project and pid; `id` selects one project.
base::Result<std::vector<RunningSession>> running_sessions(const base::AbsPath& state, const std::string& id = {});

/// Ends a session: SIGHUP, which shells obey; after `patience_ms` SIGTERM; after as long again SIGKILL,
/// firejail, with which the kernel ends everything inside, even where psbc's own process there is kept from it; at last to
/// psbc. False when it had ended by itself before.
bool stop_session(const base::AbsPath& state, const RunningSession& session, int patience_ms);

} // namespace psbc::runtime
