// SPDX-License-Identifier: MIT
// The controlling terminal, and which process group has it. psbc is in the group that the user's shell
// made (the job); firejail is in one of its own, because its handlers end the sandbox at Ctrl-C
// (firejail's sandbox.c, main.c: install_handler); the command is in a third, as a shell's job is. The
// terminal belongs to the job or to the command, and psbc hands it over.
#pragma once

#include <sys/types.h>

#include "base/file.h"

namespace psbc::runtime {

class Terminal {
 public:
  /// Without a controlling terminal every question is answered by "no".
  Terminal();
  /// Does this process' group have the terminal?
  bool is_ours() const;
  /// The group that has it, as this PID namespace numbers groups: 0 for one outside of it, -1 for none.
  pid_t owner() const;
  /// The caller ignores or blocks SIGTTOU, or this stops it when it is in the background.
  bool give_to(pid_t group) const;

 private:
  base::Fd tty_;
};

} // namespace psbc::runtime
