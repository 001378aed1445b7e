// SPDX-License-Identifier: MIT
#include "runtime/jail_init.h"

#include <fcntl.h>
#include <poll.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "base/landlock.h"
#include "emit/enter_plan.h"
#include "runtime/channel.h"
#include "runtime/close_fds.h"
#include "runtime/environment.h"
#include "runtime/guard_limits.h"
#include "runtime/jail_checks.h"
#include "runtime/jail_home.h"
#include "runtime/leave.h"
#include "runtime/lost_files.h"
#include "runtime/secret_files.h"
#include "runtime/session.h"
#include "runtime/ssh_agent.h"
#include "runtime/supervise.h"

namespace psbc::runtime {
namespace {

constexpr int no_sandbox = 125;

/// The first message: it comes when psbc outside has looked at what the host's tools obey (runtime/obeyed_scan.h).
base::Result<Session> receive_session() {
  const base::Error not_ours = {.operation = "enter the sandbox",
                                .cause = "this was not started by `psbc enter`",
                                .hint = "`jail-init` is what psbc runs inside of a sandbox; use `psbc enter` or `psbc run`"};
  if (fcntl(inside_fd, F_SETFD, FD_CLOEXEC) != 0)
    return not_ours;
  pollfd waiting = {.fd = inside_fd, .events = POLLIN, .revents = 0};
  while (poll(&waiting, 1, -1) < 0 && errno == EINTR) {
  }
  const auto first = receive(inside_fd);
  if (!first || !*first || (*first)->kind != Message::Kind::session || !(*first)->file)
    return not_ours;
  return read_session((*first)->file.get());
}

base::Status load_filter(const std::string& program) {
  const auto error = [](std::string cause) {
    return base::Error{.operation = "load", .object = "the system call filter", .cause = std::move(cause)};
  };
  constexpr std::size_t max_instructions = 4096; // BPF_MAXINSNS
  const std::size_t count = program.size() / sizeof(sock_filter);
  if (count == 0 || count > max_instructions || program.size() % sizeof(sock_filter) != 0)
    return error("it is damaged");
  std::vector<sock_filter> instructions(count);
  program.copy(reinterpret_cast<char*>(instructions.data()), program.size());
  const sock_fprog filter{.len = static_cast<unsigned short>(count), .filter = instructions.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
    return base::system_error("load", "the system call filter");
  return base::ok();
}

/// Landlock closes what no mount and no system call filter can, where the kernel has it: driver/left_open.h
/// says at the build what it has not.
base::Status close_by_landlock(const emit::EnterPlan& plan) {
  const bool scopes = base::landlock_version() >= base::landlock_with_scopes;
  return base::limit_by_landlock({.abstract_sockets = scopes && !plan.x11,
                                  .signals = scopes,
                                  .tcp = plan.network == config::NetworkAccess::ports, // an error where it cannot
                                  .bind = plan.listen,
                                  .connect = plan.connect});
}

/// The key to the X server, as a file of this session's: the real one may hold others' as well, and firejail hides it.
base::Status hand_over_cookie(const emit::EnterPlan& plan, Session& session) {
  if (session.x11_cookie.empty()) return base::ok();
  const std::string path = plan.home + "/.psbc-xauthority";
  const base::Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return base::system_error("write", path);
  TRY(base::write_all(file.get(), session.x11_cookie, path));
  session.environment.push_back("XAUTHORITY=" + path);
  return base::ok();
}

/// The host's session keyring is shared by what was started in it, whatever the namespaces. The filter refuses
/// all that could use one; a new one takes the old from processes that a hole in the filter would serve, and
/// from /proc/keys. It may fail (no keyrings in this kernel, a full quota) without a loss.
void leave_keyring() {
  constexpr int join_session_keyring = 1;
  syscall(SYS_keyctl, join_session_keyring, nullptr);
}

/// Everything that must be true before the first foreign instruction.
base::Status prepare(Session& session, const emit::EnterPlan& plan) {
  TRY(prove_entry(plan, session, std::getenv(nonce_variable)));
  TRY(check_paths(plan));
  // Beyond this point the sandbox is there, and it is the one that was compiled.
  TRY(make_home(plan));
  TRY(write_secret_files(session.secret_files, plan.home));
  if (!session.agent.empty()) {
    TRY_ASSIGN(base::Fd listener, listen_for_agent(session.agent));
    send(inside_fd, {.kind = Message::Kind::agent, .file = std::move(listener)});
  }
  if (!session.leave.empty())
    if (auto socket = listen_for_leave(session.leave)) // a path that is too long for one: the session ends by `exit`
      send(inside_fd, {.kind = Message::Kind::leave, .file = std::move(*socket)});
  TRY(hand_over_cookie(plan, session));
  finish_environment(session.environment, plan);
  // Editors start programs in HOME, which is private inside, and another directory than outside.
  if (session.cwd != plan.home) TRY(enter_directory(session.cwd, session.cwd_identity));
  else if (chdir(plan.home.c_str()) != 0) return base::system_error("enter, inside the sandbox, the directory", plan.home);
  leave_keyring();
  TRY(close_by_landlock(plan));
  TRY(load_filter(session.filter));
  return guard_own_limits();
}

/// Outside prints it; a message that nobody receives is not lost where somebody looks.
int fail(const Failure& failure) {
  if (!send(inside_fd, {.kind = Message::Kind::failed, .failure = failure})) {
    const std::string text = "psbc: " + base::describe(failure.error) + "\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  }
  return failure.status;
}

} // namespace

int jail_init_main() {
  // The command may kill this process, but neither read its memory nor take its end of the channel.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  auto session = receive_session();
  if (!session)
    return fail({.status = no_sandbox, .error = session.error()});
  close_fds_from(inside_fd + 1); // firejail before 0.9.68 leaves all of its own open
  const auto plan = emit::parse_enter_plan(session->plan);
  if (!plan)
    return fail({.status = no_sandbox,
                 .error = {.operation = "read",
                           .object = "the plan of the sandbox",
                           .cause = "it was written by another version of psbc, or is damaged",
                           .hint = "`psbc build --force` compiles the sandbox again"}});
  if (auto prepared = prepare(*session, *plan); !prepared)
    return fail({.status = no_sandbox, .error = prepared.error()});

  Command command = {.argv = session->command,
                     .environment = session->environment,
                     .secrets = assignments(session->secrets),
                     .signals = {.ignored = session->ignored_signals, .blocked = session->blocked_signals},
                     .foreground = session->foreground};
  session->wipe();
  LostFiles lost(*plan);
  const Supervised result = supervise(command, inside_fd);
  // Nothing of the session runs any more, so nothing changes under the walk.
  if (Message message = lost.report(); message.value > 0 || message.partial)
    send(inside_fd, message);
  if (result.failed)
    return fail(result.failure);
  send(inside_fd, {.kind = Message::Kind::exited, .value = static_cast<std::uint32_t>(result.wait_status)});
  return WIFSIGNALED(result.wait_status) ? 128 + WTERMSIG(result.wait_status) : WEXITSTATUS(result.wait_status);
}

} // namespace psbc::runtime
