// SPDX-License-Identifier: MIT
// `[ssh]`: what a project needs a key for, with the developer's own answer for this root. A host is held by the
// keys that the user's known_hosts has for it now: the filter outside compares what the agent has verified with
// them, and ssh inside gets a known_hosts of just these, so that it asks nothing.
#include <charconv>

#include "base/text.h"
#include "policy/known_hosts.h"
#include "policy/lowering.h"
#include "policy/project_settings.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t known_hosts_limit = 4096 * 1024; // bytes of one file

constexpr const char* config_head =
    "# Made by psbc at every entry. The keys that may be used are granted outside; what is changed here grants nothing.\n";

/// `[user@]name[:port]`, which the schema let through.
SshHost split_host(const config::SpannedString& entry, Origin origin) {
  std::string_view rest = entry.value;
  SshHost host{.text = entry.value, .origin = std::move(origin)};
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    host.login = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  const std::size_t colon = rest.find(':', rest.starts_with('[') ? rest.find(']') : 0);
  if (colon != std::string_view::npos) {
    std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), host.port);
    rest = rest.substr(0, colon);
  }
  host.name = rest.starts_with('[') ? rest.substr(1, rest.size() - 2) : rest;
  return host;
}

std::string known_hosts_of(const Lowering& lowering) {
  std::string all;
  for (const AbsPath& path : {lowering.in.places.home / ".ssh/known_hosts", AbsPath::literal("/etc/ssh/ssh_known_hosts")}) {
    const auto resolved = resolve(lowering.in.fs, path);
    if (!resolved || resolved->kind != Kind::file || lowering.planted(*resolved) != nullptr) continue;
    if (auto text = lowering.in.fs.read(resolved->path, known_hosts_limit)) all += *text + "\n";
  }
  return all;
}

void lower_hosts(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  Ssh& ssh = lowering.out.ssh;
  const std::string known = in.project.ssh.hosts.empty() ? std::string() : known_hosts_of(lowering);
  for (const config::SpannedString& entry : in.project.ssh.hosts) {
    SshHost host = split_host(entry, origin_of(entry.span, Origin::Source::project, "[ssh] hosts", in.places.home));
    const std::string name = known_host_name(host.name, host.port);
    for (const HostKey& key : known_keys(known, name)) {
      host.keys.push_back(key.blob);
      ssh.known_hosts += name + " " + key.type + " " + key.text + "\n";
    }
    if (host.keys.empty())
      lowering.report(diag::Code::unknown_ssh_host, diag::Severity::warning, entry.span,
                      "nothing inside can sign in to `" + base::escape(name) + "`: its host key is not known", "",
                      {"a key of yours is used for a server only whose host key is in your ~/.ssh/known_hosts"},
                      {"connect once outside, and compare the fingerprint that ssh shows with the one that the server's owner publishes: ssh" +
                       std::string(host.port == 22 ? "" : " -p " + std::to_string(host.port)) + " " +
                       (host.login.empty() ? "" : base::escape(host.login) + "@") + base::escape(host.name)});
    ssh.hosts.push_back(std::move(host));
  }
}

void write_ssh_file(Lowering& lowering, const char* name, std::string content, const char* reason) {
  const AbsPath path = lowering.in.places.home / ".ssh" / name;
  if (is_visible(lowering.out.rules, path)) return;
  lowering.out.home_files.push_back({.path = std::string(".ssh/") + name, .content = std::move(content),
                                     .mode = HomeFile::Mode::replace, .origin = builtin(reason)});
}

} // namespace

void lower_ssh(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  Ssh& ssh = lowering.out.ssh;
  if (in.project.ssh.hosts.empty() && !in.project.ssh.signing.value) return;
  lower_hosts(lowering);
  ssh.signing = in.project.ssh.signing.value;
  if (ssh.signing) ssh.signing_origin = origin_of(in.project.ssh.signing.span, Origin::Source::project, "[ssh] signing", in.places.home);
  const auto settings = settings_of(in.user, in.fs, in.root, in.places.home, lowering.writable);
  const config::SshKeys* const grants = settings.empty() ? nullptr : &settings.front()->ssh;
  ssh.declined = grants != nullptr && grants->keys && grants->keys->empty();
  if (grants == nullptr || !grants->keys || ssh.declined) return;
  for (const config::SpannedString& key : *grants->keys) ssh.keys.push_back(key.value);
  ssh.namespaces = {"git"};
  if (grants->namespaces) {
    ssh.namespaces.clear();
    for (const config::SpannedString& name : *grants->namespaces) ssh.namespaces.push_back(name.value);
  }
  ssh.confirm = grants->confirm;
  ssh.any_host = grants->any_host;
  if (ssh.hosts.empty()) return;
  const std::string strict = ssh.any_host ? "ask" : "yes";
  write_ssh_file(lowering, "config",
                 std::string(config_head) + "Host *\n\tStrictHostKeyChecking " + strict +
                     "\n\tGlobalKnownHostsFile /dev/null\n\tUpdateHostKeys no\n\tForwardAgent no\n",
                 "ssh asks nothing, and trusts no other host");
  write_ssh_file(lowering, "known_hosts", config_head + ssh.known_hosts, "the host keys of [ssh] hosts, from your own known_hosts");
}

} // namespace psbc::policy
