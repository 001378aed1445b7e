// SPDX-License-Identifier: MIT
#include "runtime/sessions.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>

#include "base/lock.h"
#include "base/records.h"
#include "base/text.h"
#include "runtime/kept_places.h"

namespace psbc::runtime {
namespace {

using base::AbsPath;
using base::PrivateDir;

constexpr const char* lock_name = "lock";
constexpr int lock_patience_ms = 10'000; // the holder may be emptying a big directory
constexpr int format = 1;
constexpr std::size_t max_children = 4096; // bytes of a list of process numbers
constexpr std::size_t max_record = 256U << 10U;

/// Does the process that made it still run? No process of the sandbox inherits the descriptor.
bool is_locked(const PrivateDir& directory, const std::string& name) {
  const base::Fd file(openat(directory.fd(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  return file && flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::optional<pid_t> pid_of(const std::string& name) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || end != name.data() + name.size() || pid <= 1) return std::nullopt;
  return pid;
}

std::optional<RunningSession> read(const PrivateDir& directory, const std::string& name) {
  const auto pid = pid_of(name);
  if (!pid || !is_locked(directory, name)) return std::nullopt;
  auto content = directory.read(name, max_record);
  if (!content) return std::nullopt;
  base::RecordReader reader(content->bytes, "session", format);
  RunningSession found{.pid = *pid, .id = std::string(directory.path().name())};
  std::vector<std::string_view> fields;
  while (reader.next(fields)) {
    if (fields.size() != 2) continue;
    if (fields[0] == "name") found.name = fields[1];
    if (fields[0] == "project") found.project = fields[1];
    if (fields[0] == "build") found.build = fields[1];
    if (fields[0] == "command") found.command = fields[1];
  }
  return found;
}

/// Removes the records of sessions that were killed. True when none is left that runs.
base::Result<bool> sweep(const PrivateDir& directory) {
  bool alone = true;
  TRY_ASSIGN(const std::vector<std::string> names, directory.names());
  for (const std::string& name : names) {
    if (!pid_of(name)) continue;
    if (is_locked(directory, name)) alone = false;
    else TRY(directory.remove(name));
  }
  return alone;
}

/// Nobody but root and its owner can take it away from /tmp, which is sticky.
base::Error not_usable(const AbsPath& top, base::Error error) {
  struct stat status{};
  if (lstat(top.c_str(), &status) != 0 || status.st_uid == geteuid()) return error;
  error.cause = "the user with the number " + std::to_string(status.st_uid) + " made it before psbc could";
  error.hint = "have it removed, then try again: sudo rm -r " + top.string(); // psbc chose it: nothing to quote
  return error;
}

/// The directory is in a place where everybody can make one: PrivateDir believes only a real one of our own.
base::Status empty_temporary(const std::string& temporary) {
  if (temporary.empty()) return base::ok();
  const AbsPath path = AbsPath::literal(temporary.c_str());
  const auto made = PrivateDir::make(path.parent());
  if (!made) return not_usable(path.parent(), made.error());
  const PrivateDir& top = *made;
  TRY(top.remove(std::string(path.name())));
  TRY(top.make(std::string(path.name())));
  return base::ok();
}

base::Result<PrivateDir> sessions_of(const AbsPath& state, const std::string& id) {
  TRY_ASSIGN(const PrivateDir top, PrivateDir::make(state));
  TRY_ASSIGN(const PrivateDir all, top.make("sessions"));
  return all.make(id);
}

/// firejail, whose end is the end of everything inside. Only while psbc's record is locked, so that the number
/// is still its own.
void kill_children(pid_t pid) {
  const std::string number = std::to_string(pid);
  const std::string path = "/proc/" + number + "/task/" + number + "/children";
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto text = file ? base::read_all(file.get(), max_children, path) : base::Result<std::string>(base::Error{});
  if (!text) return;
  for (const std::string_view child : base::split(*text, ' '))
    if (const auto found = pid_of(std::string(child))) kill(*found, SIGKILL);
}

} // namespace

base::Result<SessionRecord> SessionRecord::begin(const AbsPath& state, const emit::EnterPlan& plan, const std::string& build,
                                                 const std::string& program, const std::vector<emit::KeptPlace>& places) {
  TRY_ASSIGN(PrivateDir directory, sessions_of(state, plan.id));
  TRY_ASSIGN(const base::Fd lock, base::lock(directory, lock_name, lock_patience_ms));
  TRY_ASSIGN(const bool alone, sweep(directory));
  if (alone) TRY(empty_temporary(plan.temporary));
  if (alone) remove_places(directory); // of a session that was killed
  TRY(keep_places(directory, places));
  base::RecordWriter record("session", format);
  record.add({"name", plan.name});
  record.add({"project", plan.project});
  record.add({"build", build});
  record.add({"command", program.substr(program.rfind('/') + 1)});
  const std::string name = std::to_string(getpid());
  TRY(directory.remove(name)); // of an earlier process with this number
  TRY_ASSIGN(base::Fd file, directory.create(name, std::move(record).finish(), 0600));
  if (flock(file.get(), LOCK_EX) != 0) return base::system_error("lock", directory.path().string() + "/" + name);
  return SessionRecord(std::move(directory), std::move(file), plan.temporary);
}

SessionRecord::~SessionRecord() {
  if (!file_) return;
  // What fails here is put right when the next session begins.
  const auto lock = base::lock(directory_, lock_name, lock_patience_ms);
  static_cast<void>(directory_.remove(std::to_string(getpid())));
  file_ = base::Fd();
  if (!lock) return;
  if (const auto alone = sweep(directory_); alone && *alone) {
    remove_places(directory_);
    static_cast<void>(empty_temporary(temporary_));
  }
}

base::Result<std::vector<RunningSession>> running_sessions(const AbsPath& state, const std::string& id) {
  std::vector<RunningSession> found;
  const auto top = PrivateDir::open(state / "sessions");
  if (!top) return top.error().code == ENOENT ? base::Result<std::vector<RunningSession>>(std::move(found)) : top.error();
  TRY_ASSIGN(const std::vector<std::string> ids, top->names());
  for (const std::string& each : ids) {
    if (!id.empty() && each != id) continue;
    const auto directory = top->open(each);
    if (!directory) continue;
    TRY_ASSIGN(const std::vector<std::string> names, directory->names());
    for (const std::string& name : names)
      if (auto session = read(*directory, name)) found.push_back(std::move(*session));
  }
  std::sort(found.begin(), found.end(), [](const RunningSession& a, const RunningSession& b) {
    return a.project != b.project ? a.project < b.project : a.pid < b.pid;
  });
  return found;
}

bool stop_session(const AbsPath& state, const RunningSession& session, int patience_ms) {
  const auto directory = PrivateDir::open(state / "sessions" / session.id);
  const std::string name = std::to_string(session.pid);
  if (!directory || !is_locked(*directory, name)) return false;
  constexpr int step_ms = 20;
  constexpr int end_firejail = 0;
  for (const int signal : {SIGHUP, SIGTERM, end_firejail, SIGKILL}) {
    if (signal == end_firejail) kill_children(session.pid);
    else kill(session.pid, signal);
    for (int waited = 0; waited < patience_ms; waited += step_ms) {
      if (!is_locked(*directory, name)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(step_ms));
    }
  }
  return !is_locked(*directory, name);
}

} // namespace psbc::runtime
