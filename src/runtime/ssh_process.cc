// SPDX-License-Identifier: MIT
// The filter runs in a process of its own that was executed anew: nothing of what this one knows (tokens, the
// environment) is in its memory while it reads what hostile code sends.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "emit/wire.h"
#include "runtime/close_fds.h"
#include "runtime/ssh_agent.h"

namespace psbc::runtime {
namespace {

// Where the three descriptors of the filter are.
constexpr int job_fd = 3, listener_fd = 4, alive_fd = 5;
constexpr std::string_view magic = "psbc agent filter 2\n";
constexpr std::size_t max_job = 4 << 20U;

std::string serialise(const FilterJob& job) {
  emit::WireWriter out;
  out.text(magic);
  for (const std::string* text : {&job.name, &job.upstream, &job.askpass, &job.record.project, &job.record.session}) out.text(*text);
  out.text(job.record.state.string());
  out.u32((job.record.is_on ? 1U : 0U) | (job.record.to_journal ? 2U : 0U));
  out.text(emit::serialise(emit::EnterPlan{.ssh = job.grants}));
  return out.take();
}

std::optional<FilterJob> parse_job(std::string_view bytes) {
  emit::WireReader in(bytes);
  if (in.text() != magic) return std::nullopt;
  FilterJob job;
  for (std::string* text : {&job.name, &job.upstream, &job.askpass, &job.record.project, &job.record.session}) *text = in.text();
  job.record.name = job.name;
  const auto state = base::AbsPath::parse(in.text());
  const std::uint32_t record = in.u32();
  if (!state) return std::nullopt;
  job.record.state = *state;
  job.record.is_on = (record & 1U) != 0;
  job.record.to_journal = (record & 2U) != 0;
  auto plan = emit::parse_enter_plan(in.text());
  if (!in.complete() || !plan) return std::nullopt;
  job.grants = std::move(plan->ssh);
  return job;
}

bool is_listener(int fd) {
  int listens = 0, domain = 0;
  socklen_t size = sizeof listens;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
         listens == 1 && domain == AF_UNIX;
}

/// In the child. What the terminal sends is for the job, not for this process.
[[noreturn]] void become(int job, int listener, int alive, pid_t parent, char* const* environment) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != parent) _exit(0);
  setpgid(0, 0);
  for (const int signal : {SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE}) ::signal(signal, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // Out of the way of their places first.
  constexpr int above = 16;
  const int from[] = {fcntl(job, F_DUPFD, above), fcntl(listener, F_DUPFD, above), fcntl(alive, F_DUPFD, above)};
  const int to[] = {job_fd, listener_fd, alive_fd};
  for (std::size_t i = 0; i < 3; ++i)
    if (dup2(from[i], to[i]) < 0) _exit(126);
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  close_fds_from(alive_fd + 1);
  char program[] = "psbc", command[] = "agent-filter";
  char* const argv[] = {program, command, nullptr};
  execve("/proc/self/exe", argv, environment);
  _exit(126);
}

} // namespace

AgentProcess::~AgentProcess() {
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

void AgentProcess::start(const FilterJob& job, base::Fd listener, const base::Env& host) {
  if (process_ > 0 || !is_listener(listener.get())) return;
  const base::Fd memory(memfd_create("psbc-agent", MFD_CLOEXEC));
  int ends[2] = {-1, -1};
  if (!memory || !base::write_all(memory.get(), serialise(job), "the agent filter") || pipe2(ends, O_CLOEXEC) != 0) return;
  const base::Fd theirs(ends[0]);
  alive_ = base::Fd(ends[1]);
  std::vector<std::string> strings; // only what asks on the screen needs one
  if (!job.askpass.empty())
    for (const auto& [name, value] : host.all()) strings.push_back(name + "=" + value);
  std::vector<char*> environment;
  for (std::string& string : strings) environment.push_back(string.data());
  environment.push_back(nullptr);
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ == 0) become(memory.get(), listener.get(), theirs.get(), parent, environment.data());
}

int agent_filter_main() {
  base::Fd memory(job_fd), listener(listener_fd), alive(alive_fd);
  for (const int fd : {job_fd, listener_fd, alive_fd})
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return 2;
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  setrlimit(RLIMIT_CORE, &none);
  if (chdir("/") != 0 || lseek(memory.get(), 0, SEEK_SET) != 0) return 2;
  const auto bytes = base::read_all(memory.get(), max_job, "the agent filter");
  const auto job = bytes ? parse_job(*bytes) : std::nullopt;
  if (!job || !is_listener(listener.get())) return 2;
  memory = base::Fd();
  filter_agent(*job, std::move(listener), std::move(alive));
  return 0;
}

} // namespace psbc::runtime
