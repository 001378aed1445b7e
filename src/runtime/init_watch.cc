// SPDX-License-Identifier: MIT
#include "runtime/init_watch.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <string>

namespace psbc::runtime {
namespace {

constexpr std::chrono::milliseconds step{200};
constexpr int patience = 15; // steps: 3 s
constexpr std::size_t max_stat = 4096;

base::Fd open_process(pid_t pid) { return base::Fd(pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0U)) : -1); }

/// What was sent and not yet received. Linux counts it for unix sockets as it does for TCP.
bool is_unread(int channel) {
  int bytes = 0;
  return channel >= 0 && ioctl(channel, SIOCOUTQ, &bytes) == 0 && bytes > 0;
}

/// Nothing where /proc hides other processes from their own user (hidepid: this one cannot be traced).
std::optional<bool> is_stopped(pid_t pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/stat";
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto text = file ? base::read_all(file.get(), max_stat, path) : base::Result<std::string>(base::Error{});
  if (!text) return {};
  const std::size_t name_end = text->rfind(") "); // a name may hold anything
  if (name_end == std::string::npos || name_end + 2 >= text->size()) return {};
  return (*text)[name_end + 2] == 'T';
}

} // namespace

void InitWatch::entered(pid_t init) {
  if (init_) return;
  pid_ = init;
  init_ = open_process(init);
}

void InitWatch::started(pid_t command) {
  if (!command_ && !command_ended_) command_ = open_process(command);
}

void InitWatch::command_ended() {
  command_ = base::Fd();
  command_ended_ = true;
  looked_ = std::chrono::steady_clock::now(); // mostly it answers at once
}

void InitWatch::wake() const {
  if (init_) syscall(SYS_pidfd_send_signal, init_.get(), SIGCONT, nullptr, 0U);
}

bool InitWatch::is_due(int channel) const { return init_ && (command_ended_ || is_unread(channel)); }

int InitWatch::timeout(int channel) const { return is_due(channel) ? static_cast<int>(step.count()) : -1; }

bool InitWatch::is_held(int channel) {
  if (!is_due(channel)) {
    found_stopped_ = 0;
    return false;
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - looked_ < step) return false;
  looked_ = now;
  // Not a matter of time alone: while it saves files on a slow disk it is busy, not stopped.
  if (is_stopped(pid_).value_or(is_unread(channel))) ++found_stopped_;
  wake();
  return found_stopped_ >= patience;
}

} // namespace psbc::runtime
