// SPDX-License-Identifier: MIT
// The attempts are run, and what came of them is judged.
#include "runtime/verify/decoys.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <pty.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "base/text.h"
#include "runtime/verify/decoys_inner.h"

namespace psbc::runtime {

using base::Fd;

std::string drain(int fd) {
  std::string out;
  std::array<char, 4096> buffer{};
  ssize_t size = 0;
  while ((size = read(fd, buffer.data(), buffer.size())) > 0) out.append(buffer.data(), static_cast<std::size_t>(size));
  return out;
}

std::string Decoys::Inner::next_lock() {
  const std::string path = request.project.string() + "/." + magic + ".lock" + std::to_string(++round);
  return make_file(path) ? path : std::string();
}

void Decoys::Inner::begin() {
  for (const auto& [probe, listener] : listeners) calls_at(listener.get());
  for (const auto& [probe, paths] : to_create)
    for (const std::string& path : paths) unlink(path.c_str());
  if (decoy_said) drain(decoy_said.get());
  if (other_terminal) drain(other_terminal.get());
  if (queue >= 0) mq_send(queue, secret.data(), secret.size(), 0);
}

bool Decoys::Inner::calls_at(int listener) const {
  bool called = false;
  for (;;) {
    const Fd caller(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!caller) return called;
    pollfd one{.fd = caller.get(), .events = POLLIN, .revents = 0};
    poll(&one, 1, 100);
    called = called || drain(caller.get()).find(magic) != std::string::npos;
  }
}

bool Decoys::Inner::has_reached(const std::string& probe, Judged how, const std::string& value, const std::string& typed, const std::string& lock) const {
  switch (how) {
    case Judged::secret: return value.find(secret) != std::string::npos;
    case Judged::word: return value == "yes";
    case Judged::identity: {
      const auto wanted = identities.find(probe);
      const auto found = base::split(value, ' ');
      return wanted != identities.end() && std::any_of(found.begin(), found.end(), [&](std::string_view one) { return wanted->second.contains(std::string(one)); });
    }
    case Judged::file: {
      const auto paths = to_create.find(probe);
      return paths != to_create.end() && std::any_of(paths->second.begin(), paths->second.end(), [](const std::string& path) { return access(path.c_str(), F_OK) == 0; });
    }
    case Judged::call:
      // Each is asked, so that none is left for the next run.
      return std::count_if(listeners.begin(), listeners.end(), [&](const auto& one) { return one.first == probe && calls_at(one.second.get()); }) > 0;
    case Judged::terminal: return probe == "typed-keys" ? typed.find(magic) != std::string::npos : drain(other_terminal.get()).find(magic) != std::string::npos;
    case Judged::signal: {
      pollfd one{.fd = decoy_said.get(), .events = POLLIN, .revents = 0};
      poll(&one, 1, 100); // it says so when it gets to run
      return !drain(decoy_said.get()).empty();
    }
    case Judged::lock: {
      const Fd file(open(lock.c_str(), O_RDWR | O_CLOEXEC));
      return file && flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    }
  }
  return false;
}

Decoys::Decoys(DecoyRequest request) : inner_(std::make_unique<Inner>(std::move(request))) {}

base::Result<std::unique_ptr<Decoys>> Decoys::make(DecoyRequest request) {
  std::unique_ptr<Decoys> out(new Decoys(std::move(request))); // NOLINT: the constructor is private
  Inner& inner = *out->inner_;
  inner.hints.add("magic", inner.magic);
  inner.hints.add("home", inner.request.home.string());
  inner.make_places();
  inner.make_known();
  inner.make_variables();
  inner.make_process();
  inner.make_memory();
  inner.make_descriptors();
  for (const char* probe : {"setuid-programs", "user-namespace", "io-uring", "user-faults", "rare-sockets"}) inner.judge(probe, Judged::word);
  inner.judge("typed-keys", Judged::terminal);
  inner.judge("outlives", Judged::lock);
  return out;
}

Decoys::~Decoys() {
  Inner& inner = *inner_;
  if (inner.decoy > 0) {
    kill(inner.decoy, SIGKILL);
    waitpid(inner.decoy, nullptr, 0);
  }
  inner.begin(); // what was created
  if (inner.memory >= 0) shmctl(inner.memory, IPC_RMID, nullptr);
  if (inner.queue >= 0) {
    mq_close(inner.queue);
    mq_unlink(inner.queue_name.c_str());
  }
  if (inner.key > 0) syscall(SYS_keyctl, KEYCTL_UNLINK, inner.key, KEY_SPEC_USER_KEYRING);
  for (const std::string& path : inner.files) unlink(path.c_str());
  for (auto at = inner.directories.rbegin(); at != inner.directories.rend(); ++at) rmdir(at->c_str());
}

std::vector<std::string> Decoys::attempts() const { return {inner_->request.psbc.string(), "verify-attempts", inner_->hints.serialise()}; }

Decoys::Ran Decoys::run(std::vector<std::string> command, int seconds) {
  Inner& inner = *inner_;
  Ran ran;
  inner.begin();
  const std::string lock = inner.next_lock();
  Hints hints = inner.hints;
  hints.add("outlives", lock);
  command.back() = hints.serialise();

  std::array<int, 2> out{}, err{};
  int terminal = -1, end = -1;
  if (pipe2(out.data(), O_CLOEXEC) != 0) return ran;
  const Fd said(out[0]);
  Fd says(out[1]);
  if (pipe2(err.data(), O_CLOEXEC) != 0) return ran;
  const Fd complained(err[0]);
  Fd complains(err[1]);
  if (openpty(&terminal, &end, nullptr, nullptr, nullptr) != 0) return ran;
  const Fd keyboard(terminal);
  Fd screen(end);
  for (const int fd : {terminal, end}) fcntl(fd, F_SETFD, FD_CLOEXEC);

  auto variables = inner.request.environment.all();
  for (const auto& [name, value] : inner.variables) variables[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  std::vector<char*> argv, envp;
  for (std::string& word : command) argv.push_back(word.data());
  for (std::string& entry : environment) envp.push_back(entry.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) return ran;
  if (child == 0) {
    setsid();
    ioctl(end, TIOCSCTTY, 0);
    dup2(end, STDIN_FILENO);
    dup2(says.get(), STDOUT_FILENO);
    dup2(complains.get(), STDERR_FILENO);
    if (inner.inherited) dup2(inner.inherited.get(), inherited_number); // without FD_CLOEXEC
    if (chdir(inner.request.project.c_str()) == 0) execvpe(argv[0], argv.data(), envp.data());
    _exit(127);
  }
  says = Fd();
  complains = Fd();

  std::string printed, typed;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::array<pollfd, 3> waiting{pollfd{.fd = said.get(), .events = POLLIN, .revents = 0}, pollfd{.fd = complained.get(), .events = POLLIN, .revents = 0}, pollfd{.fd = terminal, .events = POLLIN, .revents = 0}};
  const std::array<std::string*, 3> into{&printed, &ran.said, &typed};
  while (waiting[0].fd >= 0 || waiting[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) kill(child, SIGKILL);
    if (poll(waiting.data(), waiting.size(), static_cast<int>(std::max<std::int64_t>(left, 0))) < 0 && errno != EINTR) break;
    for (std::size_t n = 0; n < waiting.size(); ++n) {
      if (waiting[n].fd < 0 || waiting[n].revents == 0) continue;
      std::array<char, 4096> buffer{};
      const ssize_t size = read(waiting[n].fd, buffer.data(), buffer.size());
      if (size > 0 && into[n]->size() < (1U << 20U)) into[n]->append(buffer.data(), static_cast<std::size_t>(size));
      else if (size <= 0) waiting[n].fd = -1;
    }
    if (left <= 0) break;
  }
  while (waitpid(child, &ran.status, 0) < 0 && errno == EINTR) {
  }
  fcntl(terminal, F_SETFL, O_NONBLOCK);
  typed += drain(terminal);

  std::map<std::string, std::string> values;
  for (const std::string_view line : base::split(printed, '\n')) {
    if (!line.starts_with(inner.magic + " ")) continue;
    const std::string_view rest = line.substr(inner.magic.size() + 1);
    values[std::string(rest.substr(0, rest.find(' ')))] = rest.find(' ') != std::string_view::npos ? std::string(rest.substr(rest.find(' ') + 1)) : "";
  }
  ran.finished = values.contains(probes().back().id);
  for (const auto& [probe, how] : inner.judged) ran.reached[probe] = inner.has_reached(probe, how, values[probe], typed, lock);
  return ran;
}

} // namespace psbc::runtime
