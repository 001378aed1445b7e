// SPDX-License-Identifier: MIT
// known_hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): which host keys the user has accepted for a server.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace psbc::policy {

struct HostKey {
  std::string type; // "ssh-ed25519"
  std::string text; // base64
  std::string blob; // the same, decoded
  bool operator==(const HostKey&) const = default;
};

/// What ssh calls a server in that file: the name alone, or `[name]:port` when the port is not 22.
std::string known_host_name(std::string_view name, unsigned port);

/// The keys of `host`, in the order of the file, each once: plain and hashed names, patterns and negation. A
/// revoked key is none, wherever its line stands. Lines of a certificate authority count for nothing: what a
/// host's certificate says is not in the binding that an agent checks.
std::vector<HostKey> known_keys(std::string_view known_hosts, std::string_view host);

} // namespace psbc::policy
