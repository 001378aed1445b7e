// SPDX-License-Identifier: MIT
#include "runtime/enter.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "base/text.h"
#include "runtime/abstract_sockets.h"
#include "runtime/close_fds.h"
#include "runtime/environment.h"
#include "runtime/init_watch.h"
#include "runtime/leave.h"
#include "runtime/preflight.h"
#include "runtime/refused_line.h"
#include "runtime/session.h"
#include "runtime/signals.h"
#include "runtime/ssh_agent.h"
#include "runtime/terminal.h"
#include "runtime/xauthority.h"

namespace psbc::runtime {
namespace {

constexpr int last_words_ms = 1000;
constexpr std::chrono::milliseconds leave_patience{2000}; // for a shell that writes its history

EnterResult failed(base::Error error, int status = 125) {
  return {.status = status, .failure = Failure{.status = status, .error = std::move(error)}};
}

int exit_status(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/// firejail's command line. It holds nothing but psbc's own constants and paths, because everybody can
/// read it. No `--` before the program: firejail from 0.9.74 on would start it through the login shell.
struct FirejailCommand {
  std::vector<std::string> strings;
  std::vector<char*> argv;

  FirejailCommand(const EnterRequest& request, const std::string& nonce)
      : strings{request.firejail.string(), "--quiet", std::string("--env=") + nonce_variable + "=" + nonce,
                "--profile=" + request.profile.string(), request.psbc.string(), "jail-init"} {
    for (std::string& string : strings)
      argv.push_back(string.data());
    argv.push_back(nullptr);
  }
};

/// In the child. Nothing of the user's environment reaches firejail: not a token, not FIREJAIL_QUIET,
/// not `container`.
[[noreturn]] void become_firejail(const FirejailCommand& command, int channel, const SignalState& signals) {
  setpgid(0, 0); // see terminal.h
  restore(signals);
  // firejail flushes the terminal's input at its end, from the background: that would stop it.
  signal(SIGTTOU, SIG_IGN);
  // firejail reads relative files from its working directory (FIREJAIL B0.3): not the project.
  const bool ready = chdir("/") == 0 && (channel == inside_fd ? fcntl(channel, F_SETFD, 0) == 0
                                                              : dup2(channel, inside_fd) == inside_fd);
  if (ready) {
    close_fds_from(inside_fd + 1);
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
    char* const environment[] = {path, nullptr};
    execve(command.argv[0], command.argv.data(), environment);
  }
  _exit(126);
}

class Entry {
 public:
  Entry(const EnterRequest& request, const SignalState& signals) : request_(request), signals_(signals), hidden_(request.plan) {}

  EnterResult run() {
    // An ignored signal stays ignored (nohup); SIGCHLD must not be, or nothing could be waited for.
    signal(SIGCHLD, SIG_DFL);
    SignalQueue queue({SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGTTOU});
    if (!hidden_.failure().empty() && request_.on_blind)
      request_.on_blind(hidden_.failure());
    if (auto started = start(); !started)
      return failed(started.error());
    watch(queue);
    tell(hidden_.finish());
    if (handed_over_)
      terminal_.give_to(getpgrp());
    return result();
  }

 private:
  base::Status start() {
    TRY_ASSIGN(std::string nonce, make_nonce());
    TRY_ASSIGN(ChannelPair channel, make_channel());
    const FirejailCommand command(request_, nonce);
    // Not fork: it would copy the tokens into the process that becomes firejail, and takes longer. Nothing is written there
    // that matters here, and this process goes on after the exec.
    firejail_ = vfork();
    if (firejail_ < 0)
      return base::system_error("start", request_.firejail.string());
    if (firejail_ == 0)
      become_firejail(command, channel.inside.get(), signals_);
    setpgid(firejail_, firejail_);
    channel_ = std::move(channel.outside);
    channel.inside = base::Fd();
    // psbc's first process inside does nothing before it has the session: the project is as the user left it until then.
    if (request_.before_command)
      request_.before_command();
    if (request_.find_agent)
      agent_job_ = request_.find_agent();
    const auto told = send_session(std::move(nonce));
    if (!told) {
      kill(firejail_, SIGKILL);
      waitpid(firejail_, nullptr, 0);
    }
    return told;
  }

  base::Status send_session(std::string nonce) {
    TRY_ASSIGN(Session session, make_session(std::move(nonce)));
    TRY_ASSIGN(base::Fd memory, write_session(session));
    session.wipe();
    handed_over_ = session.foreground;
    // When firejail has ended by now, watch() says why.
    send(channel_.get(), {.kind = Message::Kind::session, .file = std::move(memory)});
    return base::ok();
  }

  base::Result<Session> make_session(std::string nonce) {
    TRY_ASSIGN(const FileIdentity cwd, identify(request_.cwd.string()));
    TRY_ASSIGN(const FileIdentity home, identify(request_.plan.home));
    TRY_ASSIGN(const FileIdentity network, identify(own_network));
    emit::EnterPlan plan = request_.plan;
    plan.overrides.clear(); // names of files outside, and nobody's matter inside
    for (std::string& twin : case_twins(plan.hidden)) plan.hidden.push_back(std::move(twin));
    std::vector<std::string> environment = make_environment(request_.plan, request_.build, request_.environment);
    environment.push_back("PWD_BEFORE_JAIL=" + request_.cwd.string()); // what python-sandbox called it: settings of shells may know it
    std::vector<SecretVariable> secrets;
    std::vector<SecretFile> files;
    if (request_.secrets != nullptr)
      secrets = std::move(*request_.secrets);
    if (request_.secret_files != nullptr)
      files = std::move(*request_.secret_files);
    for (const SecretFile& file : files)
      if (!file.variable.empty()) {
        std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(file.variable + "="); });
        environment.push_back(file.variable + "=" + request_.plan.home + "/" + file.path);
      }
    const std::string agent = agent_job_ != nullptr ? agent_socket(request_.plan.home) : std::string();
    if (!agent.empty())
      environment.push_back("SSH_AUTH_SOCK=" + agent);
    return Session{.nonce = std::move(nonce),
                   .command = request_.command,
                   .environment = std::move(environment),
                   .cwd = request_.cwd.string(),
                   .cwd_identity = cwd,
                   .home_identity = home,
                   .network_identity = network,
                   .ignored_signals = signals_.ignored,
                   .blocked_signals = signals_.blocked,
                   .x11_cookie = request_.plan.x11 ? read_cookie() : std::string(),
                   .foreground = wants_terminal(),
                   .agent = agent,
                   .leave = request_.can_leave ? leave_socket(request_.plan.home) : std::string(),
                   .plan = emit::serialise(plan),
                   .filter = request_.filter,
                   .secrets = std::move(secrets),
                   .secret_files = std::move(files)};
  }

  /// Where a program outside would look for it. Many servers want none of the same user.
  std::string read_cookie() const {
    constexpr std::size_t longest = 64U << 10U;
    const auto named = request_.environment.get("XAUTHORITY");
    const std::string path = named && named->starts_with('/') ? *named : request_.plan.home + "/.Xauthority";
    const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    const auto bytes = file ? base::read_all(file.get(), longest, path) : base::Result<std::string>(base::Error{});
    const auto& variables = request_.plan.variables;
    const auto display = std::find_if(variables.begin(), variables.end(), [](const auto& variable) { return variable.first == "DISPLAY"; });
    return bytes && display != variables.end() ? local_cookies(*bytes, display->second) : std::string();
  }

  /// A script's `psbc run server &` has the script's own group, which has the terminal, and /dev/null as
  /// its input: taking the terminal there would stop the script. Such a command gets the terminal when
  /// it first asks for it.
  bool wants_terminal() const { return isatty(STDIN_FILENO) == 1 && terminal_.is_ours(); }

  void watch(SignalQueue& queue) {
    enum : std::size_t { signal_fd, channel_fd, init_fd, command_fd, hidden_fd, leave_fd };
    std::array<pollfd, 6> waiting{};
    while (!firejail_ended_) {
      waiting[signal_fd] = {.fd = queue.descriptor(), .events = POLLIN, .revents = 0};
      waiting[channel_fd] = {.fd = channel_.get(), .events = POLLIN, .revents = 0};
      waiting[init_fd] = {.fd = init_.init(), .events = POLLIN, .revents = 0};
      waiting[command_fd] = {.fd = init_.command(), .events = POLLIN, .revents = 0};
      waiting[hidden_fd] = {.fd = hidden_.descriptor(), .events = POLLIN, .revents = 0};
      waiting[leave_fd] = {.fd = leave_.get(), .events = POLLIN, .revents = 0};
      if (poll(waiting.data(), waiting.size(), timeout()) < 0 && errno != EINTR)
        return;
      if (waiting[hidden_fd].revents != 0 || hidden_.timeout() == 0)
        tell(hidden_.look());
      if (waiting[channel_fd].revents != 0)
        read_messages(queue);
      if (waiting[init_fd].revents != 0)
        lost_init(queue);
      if (waiting[command_fd].revents != 0)
        init_.command_ended();
      if (waiting[leave_fd].revents != 0)
        begin_to_leave();
      if (left_ && leave_deadline_ && std::chrono::steady_clock::now() >= *leave_deadline_) {
        leave_deadline_.reset();
        signal_command(SIGKILL);
      }
      if (init_.is_held(channel_.get()))
        end_sandbox("psbc's own process inside was stopped, and stopped again");
      while (const auto signal = queue.next())
        on_signal(*signal, queue);
    }
    // What was sent right before the end; and until no process of the sandbox holds the other end.
    while (channel_) {
      pollfd last = {.fd = channel_.get(), .events = POLLIN, .revents = 0};
      if (poll(&last, 1, last_words_ms) <= 0)
        return;
      read_messages(queue);
    }
  }

  /// Milliseconds, for poll(2).
  int timeout() {
    if (hidden_.timeout() == 0) return 0;
    const int own = init_.timeout(channel_.get());
    if (!leave_deadline_) return own;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*leave_deadline_ - std::chrono::steady_clock::now()).count();
    const int until = static_cast<int>(std::max<std::int64_t>(left, 0));
    return own < 0 ? until : std::min(own, until);
  }

  /// What runs inside asks for the end: as if the terminal had gone, which lets shells write their history.
  void begin_to_leave() {
    left_ = take_leave_request(leave_.get());
    if (!left_) return;
    leave_ = base::Fd();
    leave_deadline_ = std::chrono::steady_clock::now() + leave_patience;
    signal_command(SIGHUP);
  }

  void signal_command(int signal) {
    send(channel_.get(), {.kind = Message::Kind::signal, .value = static_cast<std::uint32_t>(signal)});
    init_.wake();
  }

  void read_messages(SignalQueue& queue) {
    while (channel_) {
      auto received = receive(channel_.get());
      if (!received) {
        channel_ = base::Fd(); // every process of the sandbox has ended
        return;
      }
      if (!*received)
        return;
      on_message(**received, queue);
    }
  }

  void on_message(Message& message, SignalQueue& queue) {
    if (message.kind == Message::Kind::entered) {
      entered_ = true;
      init_.entered(message.sender);
    } else if (message.kind == Message::Kind::agent) {
      if (!entered_ && agent_job_ != nullptr)
        agent_socket_ = std::move(message.file);
    } else if (message.kind == Message::Kind::leave) {
      if (!entered_ && request_.can_leave)
        leave_ = std::move(message.file);
    } else if (message.kind == Message::Kind::started) {
      init_.started(message.sender);
      if (agent_socket_) // not before: who connects waits, and the first instruction inside does not
        agent_.start(*agent_job_, std::move(agent_socket_), request_.environment);
    } else if (message.kind == Message::Kind::stopped) {
      on_stop(static_cast<int>(message.value), queue);
    } else if (message.kind == Message::Kind::failed) {
      failure_ = std::move(message.failure);
    } else if (message.kind == Message::Kind::lost) {
      lost_ = std::move(message.lost);
      lost_count_ = message.value;
      lost_partial_ = message.partial;
    } else if (message.kind == Message::Kind::exited) {
      command_status_ = static_cast<int>(message.value);
    }
  }

  /// psbc's first process has ended. When it could not say how, the command killed it to stay behind
  /// unsupervised: firejail's parent dies, and with it, at once, the whole PID namespace.
  void lost_init(SignalQueue& queue) {
    init_.init_ended();
    read_messages(queue);
    end_sandbox("psbc's own process inside was killed");
  }

  void tell(const std::vector<Exposure>& found) {
    for (const Exposure& disclosure : found) {
      if (request_.on_exposure)
        request_.on_exposure(disclosure);
      exposed_.push_back(disclosure);
    }
    const bool is_visible = std::any_of(found.begin(), found.end(), [](const Exposure& each) { return each.how != Exposure::How::unpinned; });
    if (is_visible && request_.plan.stop_on_unhide && !firejail_ended_)
      end_sandbox("a hidden file became visible inside, and on_unhide is \"stop\"");
  }

  void end_sandbox(std::string cause) {
    if (command_status_ || failure_)
      return;
    failure_ = Failure{.error = {.operation = "go on with the sandbox",
                                 .cause = std::move(cause),
                                 .hint = "everything inside was ended"}};
    kill(firejail_, SIGKILL);
  }

  void on_signal(int signal, SignalQueue& queue) {
    if (signal == SIGCHLD) {
      if (waitpid(firejail_, &firejail_status_, WNOHANG) == firejail_)
        firejail_ended_ = true;
    } else if (signal == SIGTTOU) {
      return; // only blocked, so that the terminal can be given away from the background
    } else if (signal == SIGTSTP && !entered_) {
      queue.stop_job(SIGTSTP);
    } else if (entered_) {
      signal_command(signal);
    } else {
      if (!failure_)
        interrupted_by_ = signal;
      kill(firejail_, SIGTERM);
    }
  }

  /// The command is stopped: by Ctrl-Z, by `suspend`, or because it wanted a terminal that it has not.
  void on_stop(int signal, SignalQueue& queue) {
    const bool wants_it = signal == SIGTTIN || signal == SIGTTOU;
    if (!(wants_it && terminal_.is_ours())) {
      if (handed_over_)
        terminal_.give_to(getpgrp()); // for those in the job who cannot do it: a script that called psbc
      // `suspend -f` sends SIGSTOP, which would stop even a job that nobody could continue.
      queue.stop_job(signal == SIGSTOP ? SIGTSTP : signal);
    }
    handed_over_ = terminal_.is_ours() && (handed_over_ || wants_it || isatty(STDIN_FILENO) == 1);
    send(channel_.get(), {.kind = Message::Kind::resume, .value = handed_over_ ? 1U : 0U});
  }

  EnterResult result() {
    EnterResult ended = how_it_ended();
    ended.is_proved = entered_;
    if (left_) ended.leave_for = std::move(left_->directory);
    ended.exposed = std::move(exposed_);
    ended.lost = std::move(lost_);
    ended.lost_count = lost_count_;
    ended.lost_partial = lost_partial_;
    return ended;
  }

  EnterResult how_it_ended() {
    // Before the others: while firejail was told to end, the sandbox may still have come to be, and what ended then
    // (psbc's first process, or the command by firejail's SIGTERM) ended because of this.
    if (interrupted_by_ != 0)
      return {.status = 128 + interrupted_by_, .failure = {}};
    if (command_status_)
      return {.status = left_ ? 0 : exit_status(*command_status_), .failure = {}};
    if (failure_)
      return {.status = failure_->status, .failure = std::move(failure_)};
    if (entered_) // somebody ended firejail from outside: that is how the session ended
      return {.status = exit_status(firejail_status_), .failure = {}};
    if (const std::string line = refused_line(request_.firejail, request_.profile); !line.empty())
      return failed({.operation = "enter the sandbox",
                     .cause = "firejail " + to_string(request_.version) + " refuses " + line,
                     .hint = "nothing was run. `psbc build` makes a profile for the firejail that is installed; when this one is too "
                             "new for psbc, install a newer psbc"});
    for (const std::string& place : {request_.profile.string(), request_.plan.project, request_.plan.home})
      if (const auto path = base::AbsPath::parse(place))
        if (const std::string why = why_root_is_kept_out(*path); !why.empty())
          return failed({.operation = "enter the sandbox",
                         .cause = "root, which firejail is at its start, may not look at `" + base::escape(place) + "`: " + why,
                         .hint = "nothing was run. Mount it so that root may (FUSE: allow_other; NFS: no_root_squash, or modes that let others search); else keep the project on a local disk, "
                                 "and psbc's files as well: XDG_STATE_HOME and XDG_DATA_HOME"});
    return failed({.operation = "enter the sandbox",
                   .cause = "firejail ended with status " + std::to_string(exit_status(firejail_status_)) +
                            " before the sandbox was there",
                   .hint = "what firejail says about it is above; nothing was run"});
  }

  const EnterRequest& request_;
  const SignalState& signals_;
  Terminal terminal_;
  ExposureWatch hidden_;
  std::vector<Exposure> exposed_;
  base::Fd channel_;
  InitWatch init_;
  base::Fd leave_;
  std::optional<LeaveRequest> left_;
  std::optional<std::chrono::steady_clock::time_point> leave_deadline_;
  const FilterJob* agent_job_ = nullptr;
  base::Fd agent_socket_; // until it is served
  AgentProcess agent_;
  pid_t firejail_ = -1;
  int firejail_status_ = 0;
  bool firejail_ended_ = false;
  bool entered_ = false;
  bool handed_over_ = false; // the command has the terminal, or a process of its sandbox
  int interrupted_by_ = 0;
  std::optional<int> command_status_;
  std::optional<Failure> failure_;
  std::vector<LostFile> lost_;
  std::uint32_t lost_count_ = 0;
  bool lost_partial_ = false;
};

} // namespace

EnterResult enter(const EnterRequest& request) {
  const auto home = base::AbsPath::parse(request.plan.home);
  if (!home)
    return failed({.operation = "read", .object = "the plan of the sandbox", .cause = "it names no home directory"});
  if (const auto ready = preflight({.firejail = request.firejail, .version = request.version, .home = *home}); !ready)
    return failed(ready.error());
  if (const auto closed = refuse_control_sockets(request.plan); !closed)
    return failed(closed.error());
  const SignalState signals = signal_state();
  return Entry(request, signals).run();
}

} // namespace psbc::runtime
