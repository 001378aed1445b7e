// SPDX-License-Identifier: MIT
// The life of the command inside: psbc's first process starts it in a process group of its own, lets
// psbc outside decide about the terminal, passes signals on, and leaves nothing behind.
#pragma once

#include <string>
#include <vector>

#include "base/secret.h"
#include "runtime/channel.h"
#include "runtime/signals.h"

namespace psbc::runtime {

struct Command {
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::vector<base::Secret> secrets; // more of it: "NAME=value"; overwritten as soon as the command has it
  SignalState signals;
  bool foreground = false; // takes the terminal before its first instruction
};

struct Supervised {
  int wait_status = 0; // of the command, when it was waited for
  bool failed = true;  // it could not be run, or not to its end: `failure`
  Failure failure = {.error = {.operation = "watch over the command", .cause = "it could not be waited for"}};
};

/// Runs the command to its end, ends every other process of the PID namespace, and returns. The caller
/// is single-threaded and has loaded the system call filter.
Supervised supervise(Command& command, int channel);

} // namespace psbc::runtime
