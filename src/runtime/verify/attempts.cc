// SPDX-License-Identifier: MIT
// What is tried. Nothing here changes a file that was there, or reads more of one than that it could be opened.
#include <dirent.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/userfaultfd.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "runtime/verify/probes.h"

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

namespace psbc::runtime {
namespace {

using base::Fd;

constexpr std::size_t most_bytes = 256;
constexpr const char* magic = "magic"; // the hint that names this run

std::string read_some(int fd) {
  std::array<char, most_bytes> buffer{};
  const ssize_t size = read(fd, buffer.data(), buffer.size());
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string read_path(const std::string& path) {
  const Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  return file ? read_some(file.get()) : std::string();
}

/// The decoys of this probe that can be read.
std::string reads(const Probe& probe, const Hints& hints) {
  std::string out;
  for (const std::string& path : hints.all(probe.id)) out += read_path(path);
  return out;
}

/// "DEVICE:INODE " of each that can be opened: what they are is known outside.
std::string opened(const Probe& probe, const Hints& hints, int flags) {
  std::string out;
  for (const std::string& path : hints.all(probe.id)) {
    const Fd file(open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat found {};
    if (file && fstat(file.get(), &found) == 0) out += std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) + " ";
  }
  return out;
}
std::string opens(const Probe& probe, const Hints& hints) { return opened(probe, hints, O_RDONLY); }
std::string opens_to_write(const Probe& probe, const Hints& hints) { return opened(probe, hints, O_WRONLY); }

/// Files that are not there yet. Outside is looked whether they are.
std::string creates(const Probe& probe, const Hints& hints) {
  for (const std::string& path : hints.all(probe.id)) Fd(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  return "";
}

/// Says who it is, to whoever listens.
void call(const Fd& socket, const sockaddr* address, socklen_t size, const Hints& hints) {
  if (socket && connect(socket.get(), address, size) == 0) {
    const std::string word = hints.first(magic);
    [[maybe_unused]] const ssize_t sent = send(socket.get(), word.data(), word.size(), MSG_NOSIGNAL);
  }
}

/// `@NAME` is an abstract one.
void call_unix(const std::string& path, const Hints& hints) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';
  call(Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size()), hints);
}

std::string connects(const Probe& probe, const Hints& hints) {
  for (const std::string& path : hints.all(probe.id)) call_unix(path, hints);
  return "";
}

/// A socket that is somebody's: that it answers is all that is asked.
std::string reaches(const Probe& probe, const Hints& hints) {
  for (const std::string& path : hints.all(probe.id)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) continue;
    std::memcpy(address.sun_path, path.data(), path.size());
    const Fd one(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (one && connect(one.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return "yes";
  }
  return "";
}

/// Where the variable leads, and where it leads outside.
std::string connects_by_variable(const Probe& probe, const Hints& hints) {
  const char* const named = getenv(hints.first(std::string(probe.id) + " variable").c_str());
  std::string path = named != nullptr ? named : "";
  constexpr std::string_view bus = "unix:path=";
  if (path.starts_with(bus)) path = path.substr(bus.size(), path.find(',') - bus.size());
  call_unix(path, hints);
  return connects(probe, hints);
}

std::string connects_to_port(const Probe& probe, const Hints& hints) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(atoi(hints.first(probe.id).c_str())));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  call(Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), reinterpret_cast<const sockaddr*>(&address), sizeof address, hints);
  return "";
}

std::string lists_home(const Probe&, const Hints& hints) {
  DIR* const directory = opendir(hints.first("home").c_str());
  if (directory == nullptr) return "";
  const std::string wanted = hints.first("home-list");
  std::string out;
  while (const dirent* const entry = readdir(directory))
    if (wanted == entry->d_name) out = "yes";
  closedir(directory);
  return out;
}

std::string variables(const Probe& probe, const Hints& hints) {
  std::string out;
  for (const std::string& name : hints.all(probe.id))
    if (const char* const value = getenv(name.c_str())) out += std::string(value).substr(0, most_bytes) + " ";
  return out;
}

/// The environments of all processes that can be seen, but this one's own.
std::string other_environments(const Probe& probe, const Hints& hints) {
  DIR* const processes = opendir("/proc");
  if (processes == nullptr) return "";
  const std::string wanted = hints.first(probe.id) + "=";
  std::string out;
  while (const dirent* const entry = readdir(processes)) {
    const Fd file(open(("/proc/" + std::string(entry->d_name) + "/environ").c_str(), O_RDONLY | O_CLOEXEC));
    const auto text = file && atoi(entry->d_name) > 0 && atoi(entry->d_name) != getpid() ? base::read_all(file.get(), 1U << 20U, "") : base::Result<std::string>(base::Error{});
    const std::size_t at = text ? text->find(wanted) : std::string::npos;
    if (at != std::string::npos && out.empty()) out = text->substr(at + wanted.size(), most_bytes);
  }
  closedir(processes);
  return out;
}

pid_t decoy_process(const Hints& hints) { return static_cast<pid_t>(atoi(hints.first("process").c_str())); }

/// SIGURG: whoever gets it by mistake, because the number means another process inside, does nothing of it.
std::string signals(const Probe&, const Hints& hints) {
  kill(decoy_process(hints), SIGURG);
  return "";
}

std::string process_memory(const Probe&, const Hints& hints) {
  std::array<char, most_bytes> buffer{};
  const iovec here{.iov_base = buffer.data(), .iov_len = 64};
  const iovec there{.iov_base = reinterpret_cast<void*>(strtoull(hints.first("address").c_str(), nullptr, 10)), .iov_len = 64}; // NOLINT: an address of another process
  const ssize_t size = process_vm_readv(decoy_process(hints), &here, 1, &there, 1, 0);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string process_mem_file(const Probe&, const Hints& hints) {
  const Fd file(open(("/proc/" + hints.first("process") + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, most_bytes> buffer{};
  const ssize_t size = file ? pread(file.get(), buffer.data(), 64, static_cast<off_t>(strtoull(hints.first("address").c_str(), nullptr, 10))) : -1;
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string process_environment(const Probe&, const Hints& hints) { return read_path("/proc/" + hints.first("process") + "/environ"); }

std::string process_list(const Probe&, const Hints& hints) {
  // By its number and by its name: a number alone may be another process inside.
  return read_path("/proc/" + hints.first("process") + "/cmdline").find(hints.first(magic)) != std::string::npos ? "yes" : "";
}

std::string process_root(const Probe& probe, const Hints& hints) {
  std::string out;
  for (const std::string& process : {hints.first("process"), std::string("1")}) out += read_path("/proc/" + process + "/root" + hints.first(probe.id));
  return out;
}

std::string process_descriptor(const Probe&, const Hints& hints) {
  const std::string number = hints.first("descriptor");
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, decoy_process(hints), 0U)));
  const Fd taken(process ? static_cast<int>(syscall(SYS_pidfd_getfd, process.get(), atoi(number.c_str()), 0U)) : -1);
  std::string out = read_path("/proc/" + hints.first("process") + "/fd/" + number);
  std::array<char, most_bytes> buffer{};
  const ssize_t size = taken ? pread(taken.get(), buffer.data(), buffer.size(), 0) : -1;
  if (size > 0) out.append(buffer.data(), static_cast<std::size_t>(size));
  return out;
}

std::string inherited_descriptor(const Probe& probe, const Hints& hints) {
  std::array<char, most_bytes> buffer{};
  const ssize_t size = pread(atoi(hints.first(probe.id).c_str()), buffer.data(), buffer.size(), 0);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string shared_memory(const Probe& probe, const Hints& hints) {
  const int id = shmget(static_cast<key_t>(strtol(hints.first(probe.id).c_str(), nullptr, 10)), 0, 0);
  void* const at = id >= 0 ? shmat(id, nullptr, SHM_RDONLY) : reinterpret_cast<void*>(-1); // NOLINT: what shmat returns
  if (at == reinterpret_cast<void*>(-1)) return ""; // NOLINT
  const char* const text = static_cast<const char*>(at);
  return {text, strnlen(text, most_bytes)};
}

std::string message_queue(const Probe& probe, const Hints& hints) {
  const mqd_t queue = mq_open(hints.first(probe.id).c_str(), O_RDONLY | O_NONBLOCK);
  if (queue < 0) return "";
  std::array<char, most_bytes> buffer{};
  const ssize_t size = mq_receive(queue, buffer.data(), buffer.size(), nullptr);
  mq_close(queue);
  return size > 0 ? std::string(buffer.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string keyring(const Probe& probe, const Hints& hints) {
  const long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", hints.first(probe.id).c_str(), 0);
  std::array<char, most_bytes> buffer{};
  const long size = key > 0 ? syscall(SYS_keyctl, KEYCTL_READ, key, buffer.data(), buffer.size()) : -1;
  return size > 0 ? std::string(buffer.data(), std::min(static_cast<std::size_t>(size), buffer.size())) : std::string();
}

std::string user_namespace(const Probe&, const Hints&) { return unshare(CLONE_NEWUSER) == 0 ? "yes" : ""; }

std::string new_privileges(const Probe&, const Hints&) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 ? "yes" : ""; }

std::string io_uring(const Probe&, const Hints&) {
  io_uring_params parameters{};
  return Fd(static_cast<int>(syscall(SYS_io_uring_setup, 1U, &parameters))) ? "yes" : "";
}

std::string user_faults(const Probe&, const Hints&) { return Fd(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY))) ? "yes" : ""; }

std::string rare_sockets(const Probe&, const Hints&) {
  for (const auto& [family, type] : {std::pair(AF_ALG, SOCK_SEQPACKET), std::pair(AF_VSOCK, SOCK_STREAM)})
    if (Fd(socket(family, type | SOCK_CLOEXEC, 0))) return "yes"; // NOLINT: that it is made is what is asked
  return "";
}

std::string types_ahead(const Probe&, const Hints& hints) {
#ifdef TIOCSTI
  for (const char letter : hints.first(magic))
    if (ioctl(STDIN_FILENO, TIOCSTI, &letter) != 0) break;
#endif
  return "";
}

std::string other_terminal(const Probe& probe, const Hints& hints) {
  const Fd terminal(open(hints.first(probe.id).c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  const std::string word = hints.first(magic);
  [[maybe_unused]] const ssize_t written = terminal ? write(terminal.get(), word.data(), word.size()) : -1;
  return "";
}

/// A process that nobody waits for holds a lock, which is looked for outside when the session has ended.
std::string outlives(const Probe& probe, const Hints& hints) {
  if (fork() != 0) return "";
  setsid();
  const int lock = open(hints.first(probe.id).c_str(), O_RDWR | O_CLOEXEC);
  if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) != 0 || fork() != 0) _exit(0);
  for (int fd = 0; fd < 64; ++fd)
    if (fd != lock) close(fd);
  alarm(2);
  pause();
  _exit(0);
}

constexpr Probe table[] = {
    {"home-file", "B1", "reads a file in your home directory", "torchtriton (2022), which sent the first 1000 files of HOME", reads},
    {"home-list", "B1", "lists your home directory", "Shai-Hulud (2025), which searched it for secrets", lists_home},
    {"home-config", "B1", "reads a file below ~/.config", "tokens of gh, gcloud, pip and many others", reads},
    {"home-share", "B1", "reads a file below ~/.local/share", "keyrings, mail, histories", reads},
    {"home-cache", "B1", "reads a file below ~/.cache", "tokens of Hugging Face, what was copied", reads},
    {"ssh-keys", "B1", "opens your ssh keys", "ctx, litellm (2026) and most thieves since", opens},
    {"cloud-keys", "B1", "opens the credentials of cloud services", "ctx and phpass (2022), litellm (2026)", opens},
    {"registry-tokens", "B1", "opens the tokens of package registries and forges", "Shai-Hulud (2025), which published with them", opens},
    {"browser-profiles", "B1", "opens browser profiles", "W4SP and its heirs (2022 and later): cookies are logins", opens},
    {"password-stores", "B1", "opens password stores and keyrings", "secrets of everything else", opens},
    {"wallets", "B1", "opens wallets", "what most thieves look for after tokens", opens},
    {"histories", "B1", "opens the histories of shells", "passwords that were typed once", opens},
    {"beside-project", "B1", "reads a file beside the project", "your other projects", reads},
    {"other-sandbox", "D7", "reads a file of another project's sandbox", "one hijacked project reads the next", reads},
    {"psbc-state", "D2", "reads what psbc built and what you approved", "what to imitate", reads},
    {"project-link", "B7", "follows a link in the project out of it", "planted links", reads},
    {"hidden", "B4", "opens what the project hides", "hidden in .python-sandbox.toml", opens},
    {"token-variables", "B2", "reads tokens in the environment", "ctx (2022), which sent all of it", variables},
    {"unknown-variable", "B2", "reads a variable of a name that nobody knows", "what lists of names forget", variables},
    {"loader-variables", "B2", "gets a variable that makes programs load code", "BASH_ENV, PYTHONSTARTUP, GIT_SSH_COMMAND", variables},
    {"other-environments", "B8", "reads the environment of other processes", "launchers that hold what they withhold", other_environments},
    {"tmp-file", "B9", "reads a file in /tmp", "sockets and files of other programs", reads},
    {"var-tmp-file", "B9", "reads a file in /var/tmp", "the same", reads},
    {"shm-file", "B9", "reads a file in /dev/shm", "memory that programs share by name", reads},
    {"runtime-file", "B9", "reads a file in XDG_RUNTIME_DIR", "sockets of the whole desktop", reads},
    {"process-list", "B10", "sees a process of yours", "command lines with passwords", process_list},
    {"process-environment", "B10", "reads the environment of a process of yours", "tokens of every program that runs", process_environment},
    {"process-memory", "B10", "reads the memory of a process of yours", "process_vm_readv(2); memory scrapers on CI runners", process_memory},
    {"process-mem-file", "B10", "reads the memory of a process of yours as a file", "/proc/PID/mem", process_mem_file},
    {"process-descriptor", "B10", "takes an open file of a process of yours", "pidfd_getfd(2), /proc/PID/fd", process_descriptor},
    {"process-root", "B10", "reaches the file system by the root of a process", "/proc/PID/root", process_root},
    {"shared-memory", "B10", "reads shared memory of yours", "shmget(2)", shared_memory},
    {"message-queue", "B10", "reads a message queue of yours", "mq_overview(7)", message_queue},
    {"keyring", "B10", "reads your keyring in the kernel", "keyrings(7); Kerberos tickets, disk keys", keyring},
    {"inherited-descriptor", "C10", "uses an open file that it inherited", "CVE-2024-21626 (runc)", inherited_descriptor},
    {"ssh-agent", "C1", "asks your ssh agent", "an agent signs in to every host that you can", connects_by_variable},
    {"session-bus", "C2", "calls your session bus", "systemd-run --user starts programs outside", connects_by_variable},
    {"system-bus", "C2", "calls the system bus", "packagekit, polkit: CVE-2021-3560", reaches},
    {"x-server", "C3", "asks the X server", "it reads every key that is typed", connects},
    {"wayland", "C3", "asks the Wayland compositor", "the clipboard, and windows that ask for passwords", connects_by_variable},
    {"home-socket", "C4", "connects to a socket in your home directory", "agents of password managers, editors", connects},
    {"tmp-socket", "C4", "connects to a socket in /tmp", "tmux and screen: they type for you", connects},
    {"runtime-socket", "C4", "connects to a socket in XDG_RUNTIME_DIR", "podman, gpg-agent, emacs, pipewire", connects},
    {"containers", "C5", "asks the daemon of Docker, containerd or Podman", "who can is root", reaches},
    {"abstract-socket", "C6", "connects to an abstract unix socket", "CVE-2020-15257 (containerd)", connects},
    {"localhost", "C6", "connects to a service on 127.0.0.1", "databases and notebooks without a password", connects_to_port},
    {"typed-keys", "C7", "types into your terminal", "TIOCSTI: CVE-2016-2568, CVE-2017-5226", types_ahead},
    {"other-terminal", "C9b", "writes to another terminal", "escape sequences that it obeys", other_terminal},
    {"process-signal", "C8", "signals a process of yours", "ends what watches", signals},
    {"setuid-programs", "C8", "can get more rights by a setuid program", "CVE-2021-4034 (pkexec), CVE-2021-3156 (sudo)", new_privileges},
    {"user-namespace", "C8", "makes a user namespace", "CVE-2022-0185, CVE-2023-32233: the kernel as root of one", user_namespace},
    {"io-uring", "C8", "uses io_uring", "CVE-2022-29582, CVE-2024-0582", io_uring},
    {"user-faults", "C8", "stops the kernel in the middle of a copy", "userfaultfd(2), by which races are won", user_faults},
    {"rare-sockets", "C8", "makes sockets of rare families", "CVE-2021-26708 (vsock)", rare_sockets},
    {"outlives", "C9", "goes on when the session has ended", "ultralytics (2024), a miner in the background", outlives},
    {"home-write", "D1", "writes a file into your home directory", "litellm (2026), which came back at each start", creates},
    {"startup-files", "D1", "opens what your shells run, to write", "~/.bashrc, ~/.profile, ~/.zshrc", opens_to_write},
    {"home-programs", "D1", "writes a program that comes first in PATH", "~/.local/bin, ~/bin", creates},
    {"autostart", "D1", "writes what your desktop or systemd starts", "litellm (2026), a unit of systemd --user", creates},
    {"sandbox-file", "D2", "opens .python-sandbox.toml, to write", "wider rights for the next session", opens_to_write},
    {"approvals", "D2", "writes what psbc believes", "approvals and profiles", creates},
    {"firejail-settings", "A6", "writes the settings of firejail", "a globals.local for every later sandbox", creates},
    {"git-hooks", "D3", "writes a hook of git", "CVE-2024-32002 and worms: the next commit runs it outside", creates},
    {"git-settings", "D3", "opens the settings of git, to write", "core.fsmonitor, aliases: CVE-2022-24765", opens_to_write},
    {"guarded-files", "D5", "opens what editors and tools obey, to write", ".vscode, .envrc, .pre-commit-config.yaml", opens_to_write},
    {"read-only", "D7", "writes where the file says read-only", "poisoned data, sources and tools", creates},
};

/// One attempt, in a process of its own: some give something up, and one may hang.
void try_one(const Probe& probe, const Hints& hints) {
  const pid_t child = fork();
  if (child < 0) return;
  if (child == 0) {
    alarm(1);
    std::string value = probe.attempt(probe, hints);
    for (char& letter : value)
      if (static_cast<unsigned char>(letter) < ' ') letter = ' ';
    const std::string line = hints.first(magic) + " " + probe.id + " " + value.substr(0, 4096) + "\n";
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, line.data(), line.size());
    _exit(0);
  }
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace

std::span<const Probe> probes() { return table; }

int verify_attempts_main(std::string_view text) {
  const Hints hints = Hints::parse(text);
  for (const Probe& probe : table) try_one(probe, hints);
  return 0;
}

} // namespace psbc::runtime
