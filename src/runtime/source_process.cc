// SPDX-License-Identifier: MIT
#include "runtime/source_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "runtime/close_fds.h"

namespace psbc::runtime {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (const std::string& string : strings)
    out.push_back(const_cast<char*>(string.c_str())); // execve's signature is older than const
  out.push_back(nullptr);
  return out;
}

[[noreturn]] void become(const char* program, char* const* argv, char* const* environment, const char* directory, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(127); // psbc is gone already
  signal(SIGPIPE, SIG_DFL);
  // The caller's input belongs to the command inside, unless it is the terminal.
  if (isatty(STDIN_FILENO) != 1) {
    int input = open("/dev/tty", O_RDWR);
    if (input < 0)
      input = open("/dev/null", O_RDONLY);
    dup2(input, STDIN_FILENO);
  }
  dup2(output, STDOUT_FILENO);
  close_fds_from(STDERR_FILENO + 1);
  if (chdir(directory) == 0 || chdir("/") == 0)
    execve(program, argv, environment);
  _exit(errno == ENOENT ? 127 : 126);
}

} // namespace

base::Result<SourceProcess> SourceProcess::start(const std::string& program, const std::vector<std::string>& argv,
                                                 const std::vector<std::string>& environment, const std::string& directory) {
  const std::vector<char*> words = pointers(argv);
  const std::vector<char*> variables = pointers(environment);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return base::system_error("run", argv[0]);
  base::Fd reading(ends[0]);
  const base::Fd writing(ends[1]);
  fcntl(reading.get(), F_SETFL, O_NONBLOCK);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0)
    return base::system_error("run", argv[0]);
  if (child == 0)
    become(program.c_str(), words.data(), variables.data(), directory.c_str(), writing.get(), parent);
  return SourceProcess(child, std::move(reading));
}

SourceProcess::SourceProcess(SourceProcess&& other) noexcept
    : child_(std::exchange(other.child_, -1)), output_(std::move(other.output_)), bytes_(std::move(other.bytes_)),
      status_(other.status_), too_long_(other.too_long_) {}

SourceProcess::~SourceProcess() {
  if (child_ < 0)
    return;
  // A pinentry puts the terminal back when it is asked to end.
  kill(child_, SIGTERM);
  for (int i = 0; i < 20 && waitpid(child_, nullptr, WNOHANG) == 0; ++i)
    usleep(10'000);
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void SourceProcess::read_output() {
  while (output_) {
    if (bytes_.view().size() == bytes_.capacity()) {
      too_long_ = true;
      output_ = base::Fd();
      return;
    }
    const std::size_t have = bytes_.view().size();
    const ssize_t size = read(output_.get(), bytes_.data() + have, bytes_.capacity() - have);
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0)
      return; // nothing yet
    if (size == 0)
      output_ = base::Fd();
    else
      bytes_.resize(have + static_cast<std::size_t>(size));
  }
}

bool SourceProcess::proceed() {
  int status = 0;
  // Before the last read: what it wrote before its end is in the pipe then. A daemon that it left behind may hold
  // the other end for ever.
  const pid_t ended = child_ > 0 ? waitpid(child_, &status, WNOHANG) : -1;
  read_output();
  if (ended != child_ && child_ > 0)
    return false;
  child_ = -1;
  output_ = base::Fd();
  status_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

} // namespace psbc::runtime
