// SPDX-License-Identifier: MIT
// What is put there for the attempts to find.
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pty.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/digest.h"
#include "runtime/verify/decoys_inner.h"

namespace psbc::runtime {
namespace {

using base::AbsPath;
using base::Fd;

constexpr std::size_t most_places = 100; // of one probe: hidden and read-only paths can be many

/// What people have, by probe, relative to HOME.
struct Known {
  const char* probe;
  const char* path;
  bool to_write = false;
};
constexpr Known known[] = {
    {"ssh-keys", ".ssh/id_ed25519"}, {"ssh-keys", ".ssh/id_rsa"}, {"ssh-keys", ".ssh/id_ecdsa"}, {"ssh-keys", ".ssh/config"}, {"ssh-keys", ".ssh"},
    {"cloud-keys", ".aws"}, {"cloud-keys", ".aws/credentials"}, {"cloud-keys", ".azure"}, {"cloud-keys", ".config/gcloud"}, {"cloud-keys", ".kube"}, {"cloud-keys", ".kube/config"}, {"cloud-keys", ".oci"},
    {"registry-tokens", ".pypirc"}, {"registry-tokens", ".npmrc"}, {"registry-tokens", ".netrc"}, {"registry-tokens", ".git-credentials"}, {"registry-tokens", ".config/gh"},
    {"registry-tokens", ".docker/config.json"}, {"registry-tokens", ".cargo/credentials.toml"}, {"registry-tokens", ".cache/huggingface/token"}, {"registry-tokens", ".config/pypoetry/auth.toml"},
    {"browser-profiles", ".mozilla"}, {"browser-profiles", ".config/google-chrome"}, {"browser-profiles", ".config/chromium"}, {"browser-profiles", ".config/BraveSoftware"}, {"browser-profiles", ".thunderbird"},
    {"password-stores", ".password-store"}, {"password-stores", ".gnupg"}, {"password-stores", ".local/share/keyrings"}, {"password-stores", ".config/Bitwarden"}, {"password-stores", ".config/keepassxc"},
    {"wallets", ".bitcoin"}, {"wallets", ".ethereum"}, {"wallets", ".electrum"}, {"wallets", ".config/solana"}, {"wallets", ".config/Exodus"},
    {"histories", ".bash_history"}, {"histories", ".zsh_history"}, {"histories", ".python_history"}, {"histories", ".psql_history"}, {"histories", ".local/share/fish/fish_history"},
    {"startup-files", ".bashrc", true}, {"startup-files", ".profile", true}, {"startup-files", ".bash_profile", true}, {"startup-files", ".zshrc", true}, {"startup-files", ".zshenv", true}, {"startup-files", ".config/fish/config.fish", true},
};

/// What the host obeys in a project.
constexpr const char* obeyed[] = {".envrc", ".vscode/settings.json", ".vscode/tasks.json", ".pre-commit-config.yaml", ".idea/workspace.xml", ".devcontainer/devcontainer.json", "mise.toml", ".tool-versions"};

std::string identity(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0 ? std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino) : std::string();
}

sockaddr_un address_of(const std::string& path, socklen_t& size) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  if (path.starts_with('@')) address.sun_path[0] = '\0';
  size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  return address;
}

} // namespace

std::string random_word() {
  std::array<unsigned char, 12> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return {};
  return base::hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

void Decoys::Inner::judge(const char* probe, Judged how) { judged[probe] = how; }

std::optional<std::string> Decoys::Inner::make_directory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0) return std::nullopt;
  directories.push_back(path);
  return path;
}

bool Decoys::Inner::make_file(const std::string& path) {
  const Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return false;
  files.push_back(path);
  return bool(base::write_all(file.get(), secret, path));
}

std::optional<std::string> Decoys::Inner::secret_in(const char* probe, const std::string& parent) {
  const auto holder = AbsPath::parse(parent);
  if (!holder || request.is_granted(*holder, false)) return std::nullopt;
  const auto directory = make_directory(parent + "/." + magic);
  if (!directory || !make_file(*directory + "/decoy")) return std::nullopt;
  hints.add(probe, *directory + "/decoy");
  judge(probe, Judged::secret);
  return directory;
}

void Decoys::Inner::will_create(const char* probe, const std::string& directory) {
  struct stat found {};
  if (stat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || to_create[probe].size() >= most_places) return;
  const std::string path = directory + "/" + magic + ".new";
  to_create[probe].push_back(path);
  hints.add(probe, path);
  judge(probe, Judged::file);
}

void Decoys::Inner::known_file(const char* probe, const std::string& path, bool to_write) {
  const std::string id = identity(path);
  const auto parsed = AbsPath::parse(path);
  if (id.empty() || !parsed || identities[probe].size() >= most_places || request.is_granted(*parsed, to_write)) return;
  identities[probe].insert(id);
  hints.add(probe, path);
  judge(probe, Judged::identity);
}

void Decoys::Inner::listen_at(const char* probe, const std::string& where) {
  socklen_t size = 0;
  const sockaddr_un address = address_of(where, size);
  Fd one(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!one || where.size() >= sizeof address.sun_path || bind(one.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(one.get(), 16) != 0) return;
  if (!where.starts_with('@')) files.push_back(where);
  hints.add(probe, where);
  judge(probe, Judged::call);
  listeners.emplace_back(probe, std::move(one));
}

void Decoys::Inner::listen_at_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  Fd one(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!one || bind(one.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(one.get(), 16) != 0 || getsockname(one.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) return;
  hints.add("localhost", std::to_string(ntohs(address.sin_port)));
  judge("localhost", Judged::call);
  listeners.emplace_back("localhost", std::move(one));
}

void Decoys::Inner::carry(const char* probe, const std::string& name, const std::string& value) {
  if (std::find(request.crossing.begin(), request.crossing.end(), name) != request.crossing.end()) return;
  variables[name] = value;
  hints.add(probe, name);
  judge(probe, Judged::secret);
}

void Decoys::Inner::make_places() {
  const std::string home = request.home.string(), project = request.project.string();
  if (const auto directory = secret_in("home-file", home)) {
    hints.add("home-list", "." + magic);
    judge("home-list", Judged::word);
    listen_at("home-socket", *directory + "/socket");
    hints.add("process-root", *directory + "/decoy");
  }
  const auto temporary = secret_in("tmp-file", "/tmp");
  secret_in("home-config", home + "/.config");
  secret_in("home-share", home + "/.local/share");
  secret_in("home-cache", home + "/.cache");
  secret_in("beside-project", request.project.parent().string());
  secret_in("other-sandbox", request.data.string());
  secret_in("psbc-state", request.state.string());
  secret_in("var-tmp-file", "/var/tmp");
  secret_in("shm-file", "/dev/shm");
  std::optional<std::string> runtime;
  if (const auto directory = request.environment.get("XDG_RUNTIME_DIR"); directory && directory->starts_with('/')) runtime = secret_in("runtime-file", *directory);
  if (runtime) listen_at("runtime-socket", *runtime + "/socket");
  if (temporary) make_channels(*temporary, runtime);
  listen_at("abstract-socket", "@" + magic);
  listen_at_port();
  // A link that a repository brings, or a session leaves.
  const std::string link = project + "/." + magic;
  if (judged.contains("home-file") && symlink(hints.first("home-file").c_str(), link.c_str()) == 0) {
    files.push_back(link);
    hints.add("project-link", link);
    judge("project-link", Judged::secret);
  }
}

void Decoys::Inner::make_channels(const std::string& temporary, const std::optional<std::string>& runtime) {
  listen_at("tmp-socket", temporary + "/socket");
  const auto by_variable = [&](const char* probe, const std::string& variable, const std::string& path, const std::string& value) {
    listen_at(probe, path);
    if (!judged.contains(probe)) return;
    hints.add(std::string(probe) + " variable", variable);
    variables[variable] = value;
  };
  by_variable("ssh-agent", "SSH_AUTH_SOCK", temporary + "/agent", temporary + "/agent");
  by_variable("session-bus", "DBUS_SESSION_BUS_ADDRESS", temporary + "/bus", "unix:path=" + temporary + "/bus");
  if (runtime) by_variable("wayland", "WAYLAND_DISPLAY", *runtime + "/wayland", *runtime + "/wayland");
  listen_at("x-server", "/tmp/.X11-unix/X" + std::to_string(20000 + getpid() % 10000));
  for (const char* path : {"/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock"})
    if (!identity(path).empty()) {
      hints.add("containers", path);
      judge("containers", Judged::word);
    }
  if (!identity("/run/dbus/system_bus_socket").empty()) {
    hints.add("system-bus", "/run/dbus/system_bus_socket");
    judge("system-bus", Judged::word);
  }
}

void Decoys::Inner::make_known() {
  const std::string home = request.home.string() + "/", project = request.project.string() + "/";
  for (const Known& one : known) known_file(one.probe, home + one.path, one.to_write);
  for (const std::string& path : request.hidden) known_file("hidden", path);
  known_file("sandbox-file", request.config_file, true);
  known_file("git-settings", project + ".git/config", true);
  for (const char* name : obeyed) known_file("guarded-files", project + name, true);
  if (judged.contains("home-file")) will_create("home-write", request.home.string());
  for (const char* name : {".local/bin", "bin"}) will_create("home-programs", home + name);
  for (const char* name : {".config/autostart", ".config/systemd/user", ".config"}) will_create("autostart", home + name);
  will_create("approvals", request.state.string());
  will_create("firejail-settings", home + ".config/firejail");
  will_create("git-hooks", project + ".git/hooks");
  for (const std::string& path : request.read_only) will_create("read-only", path);
}

void Decoys::Inner::make_variables() {
  for (const char* name : {"AWS_SECRET_ACCESS_KEY", "GITHUB_TOKEN", "HF_TOKEN", "TWINE_PASSWORD"}) carry("token-variables", name, secret);
  for (const char* name : {"BASH_ENV", "PYTHONSTARTUP", "GIT_SSH_COMMAND"}) carry("loader-variables", name, secret);
  const std::string unknown = "ACME_PASSPHRASE_" + magic.substr(magic.size() - 8);
  carry("unknown-variable", unknown, secret);
  carry("other-environments", unknown, secret);
}

void Decoys::Inner::make_process() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return;
  decoy_said = Fd(ends[0]);
  const Fd writer(ends[1]);
  const std::string variable = std::string(decoy_variable) + "=" + secret, program = request.psbc.string(), word = magic;
  const pid_t self = getpid();
  decoy = fork();
  if (decoy == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != self) _exit(0);
    dup2(writer.get(), STDOUT_FILENO);
    const char* const argv[] = {"psbc", "verify-decoy", word.c_str(), nullptr};
    const char* const environment[] = {variable.c_str(), nullptr};
    execve(program.c_str(), const_cast<char* const*>(argv), const_cast<char* const*>(environment)); // NOLINT: execve changes neither
    _exit(127);
  }
  pollfd one{.fd = decoy_said.get(), .events = POLLIN, .revents = 0};
  std::array<char, 128> buffer{};
  const ssize_t size = decoy > 0 && poll(&one, 1, 2000) == 1 ? read(decoy_said.get(), buffer.data(), buffer.size() - 1) : -1;
  if (size <= 0) return;
  const std::string said(buffer.data(), static_cast<std::size_t>(size)); // "ADDRESS DESCRIPTOR\n"
  hints.add("process", std::to_string(decoy));
  hints.add("address", said.substr(0, said.find(' ')));
  hints.add("descriptor", said.substr(said.find(' ') + 1, said.find('\n') - said.find(' ') - 1));
  fcntl(decoy_said.get(), F_SETFL, O_NONBLOCK);
  for (const char* probe : {"process-environment", "process-memory", "process-mem-file", "process-descriptor"}) judge(probe, Judged::secret);
  if (!hints.first("process-root").empty()) judge("process-root", Judged::secret);
  judge("process-list", Judged::word);
  judge("process-signal", Judged::signal);
}

void Decoys::Inner::make_memory() {
  std::uint32_t number = 0;
  if (getrandom(&number, sizeof number, 0) != static_cast<ssize_t>(sizeof number)) return;
  const auto name = static_cast<key_t>(number & 0x7fffffffU);
  memory = shmget(name, 4096, IPC_CREAT | IPC_EXCL | 0600);
  void* const at = memory >= 0 ? shmat(memory, nullptr, 0) : reinterpret_cast<void*>(-1); // NOLINT: what shmat returns
  if (at != reinterpret_cast<void*>(-1)) { // NOLINT
    std::memcpy(at, secret.c_str(), secret.size() + 1);
    shmdt(at);
    hints.add("shared-memory", std::to_string(name));
    judge("shared-memory", Judged::secret);
  }
  queue_name = "/" + magic;
  mq_attr attributes{};
  attributes.mq_maxmsg = 2;
  attributes.mq_msgsize = 256;
  queue = mq_open(queue_name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC, 0600, &attributes);
  if (queue >= 0) {
    hints.add("message-queue", queue_name);
    judge("message-queue", Judged::secret);
  }
  key = syscall(SYS_add_key, "user", magic.c_str(), secret.data(), secret.size(), KEY_SPEC_USER_KEYRING);
  if (key > 0) {
    // By default only who has it in a keyring of his own may read it.
    syscall(SYS_keyctl, KEYCTL_SETPERM, key, 0x3f3f0000);
    hints.add("keyring", magic);
    judge("keyring", Judged::secret);
  }
}

void Decoys::Inner::make_descriptors() {
  inherited = Fd(static_cast<int>(memfd_create("psbc-verify", MFD_CLOEXEC)));
  if (inherited && base::write_all(inherited.get(), secret, "a decoy")) {
    hints.add("inherited-descriptor", std::to_string(inherited_number));
    judge("inherited-descriptor", Judged::secret);
  }
  int outer = -1, inner = -1;
  std::array<char, 64> name{};
  if (openpty(&outer, &inner, name.data(), nullptr, nullptr) != 0) return;
  other_terminal = Fd(outer);
  other_terminal_end = Fd(inner);
  for (const int fd : {outer, inner}) fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(outer, F_SETFL, O_NONBLOCK);
  hints.add("other-terminal", name.data());
  judge("other-terminal", Judged::terminal);
}

} // namespace psbc::runtime
