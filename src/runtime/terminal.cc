// SPDX-License-Identifier: MIT
#include "runtime/terminal.h"

#include <fcntl.h>
#include <unistd.h>

namespace psbc::runtime {

Terminal::Terminal() : tty_(open("/dev/tty", O_RDWR | O_NONBLOCK | O_CLOEXEC)) {}

pid_t Terminal::owner() const { return tty_ ? tcgetpgrp(tty_.get()) : -1; }

bool Terminal::is_ours() const { return tty_ && owner() == getpgrp(); }

bool Terminal::give_to(pid_t group) const { return tty_ && tcsetpgrp(tty_.get(), group) == 0; }

} // namespace psbc::runtime
