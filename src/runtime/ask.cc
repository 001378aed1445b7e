// SPDX-License-Identifier: MIT
#include "runtime/ask.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <csignal>

#include "base/file.h"
#include "runtime/signals.h"
#include "runtime/source_process.h"

namespace psbc::runtime {
namespace {

/// No echo while it lives.
class Silence {
 public:
  explicit Silence(int tty) : tty_(tty) {
    known_ = tcgetattr(tty, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    if (known_)
      tcsetattr(tty, TCSAFLUSH, &silent);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (known_)
      tcsetattr(tty_, TCSAFLUSH, &before_);
  }

 private:
  int tty_;
  bool known_ = false;
  termios before_{};
};

} // namespace

base::Result<base::Secret> ask_on_terminal(const std::string& prompt) {
  const base::Fd tty(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!tty)
    return base::Error{.operation = "ask", .code = ENOTTY, .cause = "there is no terminal to ask on"};
  base::Secret line(4096);
  int ended_by = 0;
  {
    SignalQueue signals({SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP});
    const Silence silence(tty.get());
    TRY(base::write_all(tty.get(), prompt, "the terminal"));
    while (ended_by == 0) {
      pollfd waiting[2] = {{.fd = tty.get(), .events = POLLIN, .revents = 0}, {.fd = signals.descriptor(), .events = POLLIN, .revents = 0}};
      if (poll(waiting, 2, -1) < 0 && errno != EINTR)
        return base::system_error("read from", "the terminal");
      if (const auto signal = signals.next()) {
        ended_by = *signal;
        break;
      }
      if (waiting[0].revents == 0)
        continue;
      // The terminal hands over whole lines, at most 4095 bytes and the line break.
      const ssize_t size = read(tty.get(), line.data(), line.capacity());
      if (size < 0 && errno == EINTR)
        continue;
      if (size <= 0)
        return base::Error{.operation = "ask", .cause = "no answer was typed"};
      line.resize(static_cast<std::size_t>(size));
      return line;
    }
  }
  raise(ended_by); // the terminal is as it was; Ctrl-Z comes back here
  return base::Error{.operation = "ask", .code = EINTR, .cause = "it was interrupted"};
}

} // namespace psbc::runtime
