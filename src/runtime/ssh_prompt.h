// SPDX-License-Identifier: MIT
// A question to the user on the screen, by the program that OpenSSH uses for it (ssh-askpass, SSH_ASKPASS). Never on
// the terminal: the sandbox writes to it as well, and could make an answer to something else an answer to this.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/env.h"
#include "base/file.h"

namespace psbc::runtime {

/// The program that can ask on this machine; empty when there is none, or no display.
std::string find_askpass(const base::Env& host);

class SshPrompt {
 public:
  SshPrompt(const std::string& program, const std::string& question);
  SshPrompt(const SshPrompt&) = delete;
  SshPrompt& operator=(const SshPrompt&) = delete;
  ~SshPrompt(); // takes the question back

  /// Readable when the program has ended.
  int descriptor() const { return ended_.get(); }
  /// True when the user said yes. Called once it has ended.
  bool finish();

 private:
  pid_t process_ = -1;
  base::Fd ended_;
};

} // namespace psbc::runtime
