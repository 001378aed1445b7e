// SPDX-License-Identifier: MIT
#include "runtime/ssh_prompt.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "runtime/close_fds.h"

namespace psbc::runtime {
namespace {

constexpr const char* default_askpass = "/usr/bin/ssh-askpass"; // Debian's alternative of that name

bool is_set(const base::Env& host, const char* name) {
  const auto value = host.get(name);
  return value && !value->empty();
}

/// In the child. The end of `ended` is what tells outside that the program has ended.
[[noreturn]] void become(const char* program, const char* question, int ended) {
  prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
  const int null = open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, fd);
  dup2(ended, 3);
  close_fds_from(4);
  for (const int signal : {SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE}) ::signal(signal, SIG_DFL);
  setenv("SSH_ASKPASS_PROMPT", "confirm", 1); // ssh-add(1), -c: yes is status 0
  execl(program, program, question, nullptr);
  _exit(127);
}

} // namespace

std::string find_askpass(const base::Env& host) {
  if (!is_set(host, "DISPLAY") && !is_set(host, "WAYLAND_DISPLAY")) return {};
  const auto chosen = host.get("SSH_ASKPASS");
  const std::string program = chosen && chosen->starts_with('/') ? *chosen : default_askpass;
  return access(program.c_str(), X_OK) == 0 ? program : std::string();
}

SshPrompt::SshPrompt(const std::string& program, const std::string& question) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return;
  ended_ = base::Fd(ends[0]);
  const base::Fd theirs(ends[1]);
  process_ = fork();
  if (process_ == 0) become(program.c_str(), question.c_str(), theirs.get());
}

SshPrompt::~SshPrompt() {
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

bool SshPrompt::finish() {
  int status = 1;
  if (process_ <= 0 || waitpid(process_, &status, 0) != process_) return false;
  process_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace psbc::runtime
