// SPDX-License-Identifier: MIT
// Signals, as both ends of a sandbox need them: blocked and read from a descriptor, so that no handler
// runs, and put back as psbc found them for the command.
#pragma once

#include <csignal>
#include <cstdint>
#include <initializer_list>
#include <optional>

#include "base/file.h"

namespace psbc::runtime {

struct SignalState {
  std::uint64_t ignored = 0; // bit n - 1 for signal n
  std::uint64_t blocked = 0;
};
SignalState signal_state();
bool contains(std::uint64_t signals, int signal);

/// For a child between fork and exec: every signal as `state` says, the others at their default.
void restore(const SignalState& state);

/// Blocks those of `signals` that are not ignored, and reads them one at a time; the destructor puts the
/// mask back.
class SignalQueue {
 public:
  explicit SignalQueue(std::initializer_list<int> signals);
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;
  ~SignalQueue();
  int descriptor() const { return fd_.get(); }
  std::optional<int> next();
  /// Does to the process group of the caller what the terminal would do, the caller included: returns
  /// when it is continued, or at once when nobody could continue it (an orphaned group).
  void stop_job(int signal);

 private:
  sigset_t before_{};
  base::Fd fd_;
};

} // namespace psbc::runtime
