// SPDX-License-Identifier: MIT
// What strace wrote of a command that ran inside: the paths that a call failed for. It comes from where the command could write, so
// nothing of it is believed: each path is looked at outside before anything is said of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace psbc::runtime {

struct FailedCall {
  std::string path;      // absolute, with `.` and `..` as they were
  std::string call;      // openat
  std::string error;     // ENOENT
  bool writes = false;   // it was to be changed, or made
  bool is_socket = false; // it was to be connected to
  bool operator==(const FailedCall&) const = default;
};

/// The arguments of strace, before the command: failed calls of the command and of all that it starts, into `log`.
std::vector<std::string> strace_arguments(const std::string& log);
/// In the order of the log, each once; relative paths count from the directory that strace names (strace 5.15 and later), else from `cwd`.
std::vector<FailedCall> read_strace(std::string_view log, std::string_view cwd);

} // namespace psbc::runtime
