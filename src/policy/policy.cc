// SPDX-License-Identifier: MIT
#include "policy/policy.h"

#include "base/text.h"

namespace psbc::policy {

std::string_view to_string(Origin::Source source) {
  switch (source) {
    case Origin::Source::project: return "project";
    case Origin::Source::user: return "user";
    case Origin::Source::organisation: return "organisation";
    case Origin::Source::builtin: return "built-in";
    case Origin::Source::tool: return "tool";
  }
  return "";
}

std::string origin_text(const diag::Span& span, const base::AbsPath& home) {
  std::string where = span.file->name();
  if (const auto path = base::AbsPath::parse(where)) where = display_path(*path, home);
  return where + ":" + std::to_string(span.file->position(span.begin).line);
}

std::string_view to_string(Access access) {
  switch (access) {
    case Access::closed: return "closed";
    case Access::read_only: return "read-only";
    case Access::writable: return "writable";
    case Access::pinned: return "pinned";
    case Access::hidden: return "hidden";
  }
  return "";
}

namespace {

std::string shown(const base::AbsPath& path, const base::AbsPath& home) {
  return base::escape(base::display_path(path, home));
}

std::string because(const Origin& origin) {
  return "  # " + base::escape(origin.where) + (origin.reason.empty() ? "" : ": " + base::escape(origin.reason)) + "\n";
}

std::string padded(std::string_view word, std::size_t width) {
  std::string out(word);
  if (out.size() < width) out.append(width - out.size(), ' ');
  return out;
}

std::string list_of(const std::vector<std::uint16_t>& ports) {
  std::string out;
  for (const std::uint16_t port : ports) out += (out.empty() ? "" : ", ") + std::to_string(port);
  return out;
}

} // namespace

std::string describe(const Network& network) {
  using config::NetworkAccess;
  if (network.access == NetworkAccess::full) return "full";
  if (network.access == NetworkAccess::none || (network.connect.empty() && network.listen.empty())) return "none";
  std::string out = "TCP";
  if (!network.connect.empty()) out += " to " + list_of(network.connect);
  if (!network.listen.empty()) out += std::string(network.connect.empty() ? "" : ",") + " from " + list_of(network.listen);
  return out;
}

std::string describe(const Token& token) {
  const char* const which = token.read_only ? token.optional ? " (read-only kind, optional)" : " (read-only kind)" : token.optional ? " (optional)" : "";
  return token.name + which;
}

std::string dump(const Policy& policy) {
  std::string out = "sandbox " + policy.name + "\n";
  const auto place = [&](const char* word, const base::AbsPath& path) {
    out += padded(word, 12) + shown(path, policy.home) + "\n";
  };
  place("project", policy.project);
  place("root", policy.root);
  place("environment", policy.environment);
  if (!policy.tools.empty()) {
    out += padded("tools", 12);
    for (const std::string& tool : policy.tools) out += (&tool == &policy.tools.front() ? "" : " ") + tool;
    out += "\n";
  }
  if (!policy.shells.empty()) {
    out += padded("shells", 12);
    for (const std::string& shell : policy.shells) out += (&shell == &policy.shells.front() ? "" : " ") + shell;
    out += "\n";
  }
  if (!policy.network.origin.where.empty()) out += padded("network", 12) + describe(policy.network) + because(policy.network.origin);
  if (policy.stop_on_unhide) out += padded("ends", 12) + "when a hidden file becomes visible\n";
  const auto& devices = policy.devices;
  if (devices.gpu || devices.gui || devices.audio)
    out += padded("devices", 12) + (devices.gpu ? "gpu " : "") + (!devices.gui ? "" : devices.x11 ? "gui(x11) " : "gui ") + (devices.audio ? "audio" : "") + "\n";
  if (policy.accept_abstract) out += padded("accepts", 12) + "abstract sockets of a display or a bus, where the kernel cannot close them\n";
  if (policy.keep_lost) out += padded("keeps", 12) + "what sessions write into HOME\n";
  if (policy.follow) out += padded("follows", 12) + "psbc leave DIR\n";
  out += "\n";
  for (const Rule& rule : policy.rules)
    out += padded(to_string(rule.access), 12) + shown(rule.path, policy.home) + because(rule.origin);
  for (const Alias& alias : policy.aliases)
    out += padded("link", 12) + shown(alias.link, policy.home) + " -> " + base::escape(alias.target) + because(alias.origin);
  for (const std::string& name : policy.pass) out += padded("pass", 12) + name + "\n";
  for (const Token& token : policy.tokens) out += padded("token", 12) + describe(token) + because(token.origin);
  for (const Login& login : policy.logins)
    out += padded("login", 12) + "at " + login.host + " as " + login.user + " with " + login.token + because(login.origin);
  for (const Variable& variable : policy.variables)
    out += padded("set", 12) + variable.name + "=" + base::escape(variable.value) + because(variable.origin);
  for (const HomeFile& file : policy.home_files)
    out += padded("write", 12) + "~/" + base::escape(file.path) + because(file.origin);
  for (const SshHost& host : policy.ssh.hosts)
    out += padded("ssh", 12) + "sign in to " + base::escape(host.text) + " with a key of yours" + because(host.origin);
  if (policy.ssh.signing) out += padded("ssh", 12) + "sign commits and tags with a key of yours" + because(policy.ssh.signing_origin);
  for (const std::string& key : policy.ssh.keys) out += padded("ssh key", 12) + key + "\n";
  return out;
}

} // namespace psbc::policy
