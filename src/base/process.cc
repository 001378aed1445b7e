// SPDX-License-Identifier: MIT
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

namespace psbc::base {
namespace {

constexpr std::size_t output_limit = 1 << 20;

long now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

[[noreturn]] void exec_child(int in, int out, char* const* argv, char* const* envp) {
  const int null = open("/dev/null", O_RDWR);
  dup2(in >= 0 ? in : null, 0);
  dup2(out, 1);
  dup2(null, 2);
  execve(argv[0], argv, envp);
  _exit(127);
}

/// The reading end of a pipe that holds all of `input`; none when that is empty.
Result<Fd> filled_pipe(std::string_view input, const std::string& program) {
  if (input.empty()) return Fd();
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("run", program);
  Fd reading(ends[0]);
  const Fd writing(ends[1]);
  // Nobody reads yet: what does not fit must not wait.
  fcntl(writing.get(), F_SETFL, O_NONBLOCK);
  if (write(writing.get(), input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    errno = E2BIG;
    return system_error("run", program);
  }
  return reading;
}

} // namespace

Result<Captured> capture(const std::vector<std::string>& argv,
                         const std::map<std::string, std::string, std::less<>>& environment, int timeout_ms,
                         std::string_view input) {
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> args, envs;
  for (const auto& arg : argv) args.push_back(const_cast<char*>(arg.c_str()));
  for (const auto& variable : variables) envs.push_back(const_cast<char*>(variable.c_str()));
  args.push_back(nullptr);
  envs.push_back(nullptr);

  TRY_ASSIGN(const Fd given, filled_pipe(input, argv[0]));
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("run", argv[0]);
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t child = fork();
  if (child < 0) return system_error("run", argv[0]);
  if (child == 0) exec_child(given.get(), writing.get(), args.data(), envs.data());
  writing = Fd();

  Captured result;
  const long deadline = now_ms() + timeout_ms;
  bool late = false;
  for (;;) {
    pollfd waiting{.fd = reading.get(), .events = POLLIN, .revents = 0};
    const long left = deadline - now_ms();
    const int ready = left > 0 ? poll(&waiting, 1, static_cast<int>(left)) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0 || result.out.size() > output_limit) {
      late = true;
      kill(child, SIGKILL);
      break;
    }
    char buffer[4096];
    const ssize_t n = read(reading.get(), buffer, sizeof buffer);
    if (n <= 0) break;
    result.out.append(buffer, static_cast<std::size_t>(n));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (late)
    return Error{.operation = "run", .object = argv[0], .code = ETIMEDOUT, .cause = "no answer in time", .hint = {}};
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

} // namespace psbc::base
