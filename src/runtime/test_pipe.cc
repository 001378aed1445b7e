// SPDX-License-Identifier: MIT
#include "runtime/test_pipe.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "runtime/close_fds.h"

namespace psbc::runtime {
namespace {

using base::Fd;

constexpr std::size_t ids_limit = 16U << 20U;
constexpr int patience_ms = 5000;

/// The user's own, of this kind, under a path that the host's environment names; no link.
Fd open_own(const std::string& path, int flags, mode_t kind) {
  Fd file(path.starts_with('/') ? open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC) : -1);
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0 || (status.st_mode & S_IFMT) != kind ||
      status.st_uid != geteuid())
    return {};
  return file;
}

/// Copies from 0 to the FIFO that 1 is (O_PATH), until 2 has ended and nothing is left to read.
[[noreturn]] void relay() {
  Fd out;
  bool last = false;
  std::array<char, 65536> buffer{};
  for (;;) {
    pollfd waiting[] = {{.fd = 0, .events = POLLIN, .revents = 0},
                        {.fd = last ? -1 : 2, .events = POLLIN, .revents = 0}};
    if (!last && poll(waiting, 2, -1) < 0 && errno != EINTR) _exit(1);
    last = last || waiting[1].revents != 0;
    const ssize_t size = read(0, buffer.data(), buffer.size());
    if (size <= 0) {
      if (last) _exit(0);
      continue;
    }
    for (int tries = 0; !out; ++tries) { // until the editor reads
      out = Fd(open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC));
      pollfd end = {.fd = 2, .events = POLLIN, .revents = 0};
      if (!out && (poll(&end, 1, 50) > 0 || tries * 50 > patience_ms)) _exit(1);
    }
    fcntl(out.get(), F_SETFL, 0);
    if (!base::write_all(out.get(), {buffer.data(), static_cast<std::size_t>(size)}, "the editor's pipe"))
      _exit(1);
  }
}

} // namespace

TestPipe::TestPipe(const base::Env& env, const std::string& temporary) {
  const auto pipe = env.get(test_pipe_variable), ids = env.get(test_ids_variable);
  if (!pipe && !ids) return;
  // A session that runs already can write here: every name is new, and none is followed.
  directory_ = Fd(open(temporary.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory_) return;
  const std::string mine = std::to_string(getpid());
  if (const Fd file = ids ? open_own(*ids, O_RDONLY | O_NONBLOCK, S_IFREG) : Fd()) {
    const auto text = base::read_all(file.get(), ids_limit, *ids);
    const std::string name = "test-ids-" + mine;
    const Fd copy(text ? openat(directory_.get(), name.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
                       : -1);
    if (copy && base::write_all(copy.get(), *text, name))
      variables_[test_ids_variable] = temporary + "/" + (ids_ = name);
  }
  Fd outer = pipe ? open_own(*pipe, O_PATH, S_IFIFO) : Fd();
  const std::string name = "test-run-" + mine;
  if (!outer || mkfifoat(directory_.get(), name.c_str(), 0600) != 0) return;
  pipe_ = name;
  // Both ends: between two writers it has not ended.
  Fd inner(openat(directory_.get(), name.c_str(), O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  int ends[2];
  if (!inner || fstat(inner.get(), &status) != 0 || !S_ISFIFO(status.st_mode) ||
      socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return;
  control_ = Fd(ends[0]);
  Fd theirs(ends[1]);
  const pid_t between = fork(); // twice: whoever waits for children of this process knows of none
  if (between == 0) {
    if (fork() != 0) _exit(0);
    setsid(); // the terminal's signals are not meant for it
    const int fds[] = {fcntl(inner.get(), F_DUPFD, 10), fcntl(outer.get(), F_DUPFD, 10),
                       fcntl(theirs.get(), F_DUPFD, 10)};
    for (int at = 0; at < 3; ++at) dup2(fds[at], at);
    close_fds_from(3);
    relay();
  }
  if (between < 0) return;
  waitpid(between, nullptr, 0);
  variables_[test_pipe_variable] = temporary + "/" + name;
}

TestPipe::~TestPipe() {
  if (control_) {
    shutdown(control_.get(), SHUT_WR);
    pollfd ended = {.fd = control_.get(), .events = POLLIN, .revents = 0};
    poll(&ended, 1, patience_ms);
  }
  if (!pipe_.empty()) unlinkat(directory_.get(), pipe_.c_str(), 0);
  if (!ids_.empty()) unlinkat(directory_.get(), ids_.c_str(), 0);
}

} // namespace psbc::runtime
