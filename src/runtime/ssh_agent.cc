// SPDX-License-Identifier: MIT
#include "runtime/ssh_agent.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>

#include "base/base64.h"
#include "base/path.h"
#include "base/text.h"
#include "base/unix_address.h"
#include "runtime/ssh_prompt.h"
#include "runtime/ssh_protocol.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t max_answer = 256 * 1024;
constexpr std::size_t max_listed = 16; // keys that are shown
constexpr timeval patience{.tv_sec = 2, .tv_usec = 0};

base::Fd connect_to(const std::string& path, int flags) {
  const auto address = base::unix_address(path);
  base::Fd socket(address ? ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0) : -1);
  if (!socket) return {};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) return {};
  return socket;
}

bool receive_all(int socket, std::string& bytes, std::size_t size) {
  bytes.resize(size);
  for (std::size_t at = 0; at < size;) {
    const ssize_t got = recv(socket, bytes.data() + at, size - at, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += static_cast<std::size_t>(got);
  }
  return true;
}

/// The answer without its length; empty when there is none in time.
std::string ask(int socket, const std::string& frame) {
  std::string answer;
  if (::send(socket, frame.data(), frame.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(frame.size()) || !receive_all(socket, answer, 4)) return {};
  const std::uint32_t length = SshReader(answer).u32();
  if (length == 0 || length > max_answer || !receive_all(socket, answer, length)) return {};
  return answer;
}

/// A host's signature over a session id, as it is published.
struct Binding {
  std::string host_key, session, algorithm, signature;
};

/// RFC 6979, A.2.5, "sample" with SHA-256: OpenSSL verifies it in a tenth of a millisecond.
Binding nistp256() {
  const std::string algorithm = "ecdsa-sha2-nistp256";
  const auto point = *base::decode_base64("BGD+1LolWp0xyWHrdMY1bWjASbiSO2H6bOZpYi5g8p+2eQP+EAi4vJmkGunpVii8ZPLxsgwtfp9Rd6PClNRGIpk=");
  const auto r = *base::decode_base64("AO/Uiyqstqj9EUDdnNRegdadLId7Vqr5kcNNDqhOrzcW"), s = *base::decode_base64("APfLHJQtZXxB1DbHobbin2Xz6QDbua/0Bk3Eqy+EOs2o");
  return {.host_key = ssh_string(algorithm) + ssh_string("nistp256") + ssh_string(point),
          .session = "sample",
          .algorithm = algorithm,
          .signature = ssh_string(r) + ssh_string(s)};
}

/// RFC 8032, 7.1, "TEST SHA(abc)", for an OpenSSH without OpenSSL: its own code takes two milliseconds.
Binding ed25519() {
  const std::string algorithm = "ssh-ed25519";
  return {.host_key = ssh_string(algorithm) + ssh_string(*base::decode_base64("7Bcrk61eVjv0kyxw4SRQNMNUZ+8u/U1k6/gZaDRn4r8=")),
          .session = *base::decode_base64("3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="),
          .algorithm = algorithm,
          .signature = *base::decode_base64("3CpEWec2ljOlKxvyd4OaACAQCaPvvz7Lab6iGGwmtYkJNR/JrJCz7P37x8ZkMeAwPcoXnBOKwXrZvvEXczGnBA==")};
}

bool accepts(int socket, const Binding& binding) {
  const std::string signed_by = ssh_string(binding.algorithm) + ssh_string(binding.signature);
  const std::string answer = ask(socket, agent_frame(AgentMessage::extension, ssh_string("session-bind@openssh.com") + ssh_string(binding.host_key) +
                                                                                  ssh_string(binding.session) + ssh_string(signed_by) + '\0'));
  return answer.size() == 1 && answer[0] == static_cast<char>(AgentMessage::success);
}

/// An agent that answers yes to everything would make the filter believe any binding. So it is asked about one that
/// is true, and the same one falsified.
bool verifies_bindings(int socket) {
  for (const Binding& truth : {nistp256(), ed25519()}) {
    Binding lie = truth;
    lie.signature[8] = static_cast<char>(lie.signature[8] ^ 1);
    if (accepts(socket, lie)) return false;
    if (accepts(socket, truth)) return true;
  }
  return false;
}

std::string needs_of(const emit::SshPlan& ssh) {
  std::string out;
  for (const emit::SshHost& host : ssh.hosts) out += (out.empty() ? "" : ", ") + base::escape(host.text);
  return ssh.signing ? out + (out.empty() ? "signing" : ", signing") : out;
}

/// The header below which a key is granted to this project.
std::string header_of(const emit::EnterPlan& plan) {
  const auto root = base::AbsPath::parse(plan.project);
  const auto home = base::AbsPath::parse(plan.home);
  std::string shown = root && home ? base::display_path(*root, *home) : plan.project;
  std::string quoted;
  for (const char c : base::escape(shown)) quoted += c == '"' ? "\\\"" : std::string(1, c);
  return "[projects.\"" + quoted + "\".ssh]";
}

/// What to type, with the keys that there are.
std::vector<std::string> how_to_grant(const emit::EnterPlan& plan, const std::vector<AgentKey>& keys) {
  std::vector<std::string> lines = {
      "psbc: no ssh agent inside: the project asks for a key (" + needs_of(plan.ssh) + "), and you granted none",
      "psbc: to grant keys, add to ~/.config/psbc/config.toml those of these lines that you want (`keys = []` for none, and no more of this):",
      "  " + header_of(plan), "  keys = ["};
  for (const AgentKey& key : keys) {
    if (lines.size() == max_listed) break;
    lines.push_back("    \"" + fingerprint(key.blob) + "\", # " + base::escape(key_type(key.blob)) + " " + base::escape(key.comment));
  }
  if (keys.empty()) lines.emplace_back("    # your agent holds no key: ssh-add");
  lines.emplace_back("  ]");
  return lines;
}

} // namespace

base::Fd connect_agent(const std::string& path) { return connect_to(path, SOCK_NONBLOCK); }

AgentAccess find_agent(const emit::EnterPlan& plan, const base::Env& host) {
  if (!plan.ssh.is_asked()) return {};
  const auto none = [](const std::string& why) { return AgentAccess{.job = {}, .lines = {"psbc: no ssh agent inside: " + why}}; };
  const std::string upstream = host.get("SSH_AUTH_SOCK").value_or("");
  const base::Fd socket = connect_to(upstream, 0);
  const auto keys = socket ? parse_identities(ask(socket.get(), agent_frame(AgentMessage::request_identities))) : std::nullopt;
  if (plan.ssh.keys.empty()) return {.job = {}, .lines = how_to_grant(plan, keys.value_or(std::vector<AgentKey>()))};
  if (upstream.empty()) return none("SSH_AUTH_SOCK names none outside either");
  if (!keys) return none("the one outside does not answer (SSH_AUTH_SOCK=" + base::escape(upstream) + ")");
  if (!base::unix_address(agent_socket(plan.home))) return none("the path of its socket would be too long (" + base::escape(agent_socket(plan.home)) + ")");

  AgentAccess access{.job = FilterJob{.name = plan.name, .upstream = upstream, .askpass = {}, .grants = plan.ssh}, .lines = {}};
  if (plan.ssh.confirm && (access.job->askpass = find_askpass(host)).empty())
    return none("`confirm = true` asks on a display by ssh-askpass, and here is " +
                std::string(host.get("DISPLAY") || host.get("WAYLAND_DISPLAY") ? "no such program" : "no display") +
                "; on the terminal the sandbox could answer itself");
  for (const std::string& wanted : plan.ssh.keys)
    if (std::none_of(keys->begin(), keys->end(), [&](const AgentKey& key) { return fingerprint(key.blob) == wanted; }))
      access.lines.push_back("psbc: your ssh agent has no key " + wanted + " now: ssh-add FILE");
  if (!plan.ssh.hosts.empty() && !plan.ssh.any_host && !verifies_bindings(socket.get())) {
    access.job->grants.hosts.clear();
    access.lines.push_back("psbc: no key can sign in to a host: your ssh agent does not check to which host a connection is bound (OpenSSH's does "
                           "since 8.9, GnuPG's does not). To let these keys sign in anywhere: any_host = true below " + header_of(plan));
    if (!plan.ssh.signing) access.job.reset();
  }
  return access;
}

std::string agent_socket(const std::string& home) { return home + "/.psbc-agent"; }

base::Result<base::Fd> listen_for_agent(const std::string& path) {
  constexpr int backlog = 16;
  const auto address = base::unix_address(path);
  base::Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const mode_t before = umask(0177);
  const bool bound = address && socket && bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  const int code = errno;
  umask(before);
  errno = code;
  if (!bound || listen(socket.get(), backlog) != 0) return base::system_error("create the ssh agent's socket", path);
  return socket;
}

} // namespace psbc::runtime
