// SPDX-License-Identifier: MIT
// psbc's first process inside, as psbc outside sees it. Any process of the sandbox may send it SIGSTOP, and then
// it neither hears that the terminal is gone nor notices that the command ended. A stop of somebody else's child
// is not announced by the kernel, so it is looked for only while an answer is due: nothing is polled otherwise.
#pragma once

#include <sys/types.h>

#include <chrono>

#include "base/file.h"

namespace psbc::runtime {

class InitWatch {
 public:
  /// Process numbers as they are outside; 0 when the kernel could not name one here, which is then not watched.
  void entered(pid_t init);
  void started(pid_t command);

  /// Readable when the process has ended; -1 when it is not watched (any more).
  int init() const { return init_.get(); }
  int command() const { return command_.get(); }
  void init_ended() { init_ = base::Fd(); }
  void command_ended();

  /// Lets it run: harmless for a process that does.
  void wake() const;

  /// Milliseconds for poll(2): -1 unless the command has ended or something in `channel` is not read yet.
  int timeout(int channel) const;
  /// To be called whenever poll(2) returned. Wakes it when an answer is due; true when it was found stopped
  /// so often, in spite of that, that somebody inside holds it.
  bool is_held(int channel);

 private:
  bool is_due(int channel) const;

  base::Fd init_; // pidfds
  base::Fd command_;
  pid_t pid_ = 0; // of init
  bool command_ended_ = false;
  int found_stopped_ = 0;
  std::chrono::steady_clock::time_point looked_{};
};

} // namespace psbc::runtime
