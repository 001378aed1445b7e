// SPDX-License-Identifier: MIT
#include "runtime/supervise.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "runtime/terminal.h"

namespace psbc::runtime {
namespace {

constexpr int leftovers_patience_ms = 2000; // for processes that are stuck in the kernel

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> out;
  out.reserve(strings.size() + 1);
  for (const std::string& string : strings)
    out.push_back(const_cast<char*>(string.c_str())); // execvp's signature is older than const
  out.push_back(nullptr);
  return out;
}

/// In the child of a process with one thread, in whose memory it runs until the exec. What exec needs was made before.
[[noreturn]] void become(char* const* argv, char** environment, const Command& command, const Terminal& terminal,
                         int channel, int report_fd) {
  setpgid(0, 0); // before this process goes on, which waits for the exec
  if (command.foreground)
    terminal.give_to(getpid()); // SIGTTOU is still ignored
  send(channel, {.kind = Message::Kind::started}); // by itself: the kernel names the sender outside
  restore(command.signals);
  environ = environment; // where execvp looks for PATH
  execvp(argv[0], argv);
  const int code = errno;
  [[maybe_unused]] const ssize_t written = write(report_fd, &code, sizeof code);
  _exit(127);
}

class Supervisor {
 public:
  Supervisor(Command& command, int channel) : command_(command), channel_(channel) {}

  Supervised run() {
    // Orphans of the command become children of this process: they can be waited for.
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    for (const int signal : {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE})
      ::signal(signal, SIG_IGN);
    ::signal(SIGCHLD, SIG_DFL);
    SignalQueue signals({SIGCHLD});

    Supervised result;
    // Before the command is there: it could kill this process before its first message.
    send(channel_, {.kind = Message::Kind::entered});
    if (start(result)) watch(signals, result);
    end_leftovers(signals);
    return result;
  }

 private:
  bool start(Supervised& result) {
    const std::vector<char*> argv = pointers(command_.argv);
    std::vector<char*> environment = pointers(command_.environment);
    for (base::Secret& secret : command_.secrets)
      environment.insert(environment.end() - 1, secret.data());
    int report[2] = {-1, -1};
    if (pipe2(report, O_CLOEXEC) != 0)
      return fail(result, 125, errno);
    const base::Fd reader(report[0]);
    base::Fd writer(report[1]);

    // Not fork: what it copies is dropped at once by exec. The child writes nothing that matters here.
    child_ = vfork();
    if (child_ < 0)
      return fail(result, 125, errno);
    if (child_ == 0)
      become(argv.data(), environment.data(), command_, terminal_, channel_, writer.get());

    writer = base::Fd();
    int code = 0;
    ssize_t size = 0;
    while ((size = read(reader.get(), &code, sizeof code)) < 0 && errno == EINTR) {
    }
    command_.secrets.clear();
    if (size != static_cast<ssize_t>(sizeof code))
      return true; // closed by exec
    waitpid(child_, nullptr, 0);
    return fail(result, code == ENOENT ? 127 : 126, code);
  }

  bool fail(Supervised& result, int status, int code) const {
    result.failure = {.status = status, .error = {.operation = "run", .object = command_.argv[0], .code = code}};
    std::string& hint = result.failure.error.hint;
    const std::string& program = command_.argv[0];
    const bool is_named = program.find('/') != std::string::npos;
    const bool is_there = is_named && access(program.c_str(), F_OK) == 0, is_executable = is_named && access(program.c_str(), X_OK) == 0;
    // The kernel says of a script whose interpreter is missing what it says of a missing script (execve(2)).
    if (is_there && (status == 127 || (code == EACCES && is_executable)))
      hint = "it is there, and what runs it is not: the program of its first line, `#!...`, or its loader";
    else if (status == 127)
      hint = "a program must be visible inside the sandbox, and in its PATH or named by its path";
    else if (code == EACCES && is_there)
      hint = "make it executable, by chmod +x, or name what runs it, such as python3";
    return false;
  }

  void watch(SignalQueue& signals, Supervised& result) {
    std::array<pollfd, 2> waiting = {{{.fd = signals.descriptor(), .events = POLLIN, .revents = 0},
                                      {.fd = channel_, .events = POLLIN, .revents = 0}}};
    for (;;) {
      if (poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR)
        return;
      if (waiting[0].revents != 0) {
        while (signals.next()) {
        }
        if (reap(result))
          return;
      }
      if (waiting[1].revents != 0 && !obey()) {
        // psbc outside is gone, so nobody waits for the command any more.
        result.failed = false;
        result.wait_status = SIGKILL;
        return;
      }
    }
  }

  /// True when the command ended.
  bool reap(Supervised& result) {
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
      if (pid != child_)
        continue;
      if (!WIFSTOPPED(status)) {
        result.failed = false;
        result.wait_status = status;
        return true;
      }
      stopped_ = true;
      owner_at_stop_ = terminal_.owner();
      send(channel_, {.kind = Message::Kind::stopped, .value = static_cast<std::uint32_t>(WSTOPSIG(status))});
    }
    return false;
  }

  bool obey() {
    for (;;) {
      // Taken when it is done: what runs inside can stop this process in between, and psbc outside wakes it for as long
      // as a message is not received (init_watch).
      auto received = receive(channel_, Taking::look);
      if (!received)
        return false;
      if (!*received)
        return true;
      const Message& message = **received;
      if (message.kind == Message::Kind::signal)
        pass_on(static_cast<int>(message.value));
      else if (message.kind == Message::Kind::resume && stopped_)
        resume(message.value != 0);
      if (!receive(channel_))
        return false;
    }
  }

  /// What the terminal sends, it sends to a group; `kill` sends to one process.
  void pass_on(int signal) const {
    const bool from_terminal = signal == SIGINT || signal == SIGQUIT || signal == SIGTSTP;
    kill(from_terminal ? -child_ : child_, signal);
  }

  /// The group that had the terminal gets it back: not always the command's own, when that is a shell
  /// with a job in the foreground.
  void resume(bool with_terminal) {
    stopped_ = false;
    if (with_terminal && !(owner_at_stop_ > 0 && terminal_.give_to(owner_at_stop_)))
      terminal_.give_to(getpgid(child_));
    kill(-getpgid(child_), SIGCONT);
  }

  /// A process that outlives the session would be a foothold (THREATS C9). kill(-1) spares this process
  /// and process 1, and takes all others in one step, so nothing can fork away from it.
  void end_leftovers(SignalQueue& signals) {
    for (int waited = 0; waited < leftovers_patience_ms; waited += 50) {
      kill(-1, SIGKILL);
      pid_t pid = 0;
      while ((pid = waitpid(-1, nullptr, WNOHANG)) > 0) {
      }
      if (pid < 0)
        return; // no child is left
      pollfd one = {.fd = signals.descriptor(), .events = POLLIN, .revents = 0};
      poll(&one, 1, 50);
      while (signals.next()) {
      }
    }
  }

  Command& command_;
  int channel_;
  Terminal terminal_;
  pid_t child_ = -1;
  bool stopped_ = false;
  pid_t owner_at_stop_ = -1;
};

} // namespace

Supervised supervise(Command& command, int channel) { return Supervisor(command, channel).run(); }

} // namespace psbc::runtime
