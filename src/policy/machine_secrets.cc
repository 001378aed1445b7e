// SPDX-License-Identifier: MIT
// Settings of the machine that often hold a password and that every user may read (/etc/rancher/k3s/k3s.yaml is 644 by
// default, a unit file's `Environment=` always is): closed, because nothing that a project runs works with them.
#include <algorithm>

#include "policy/lowering.h"
#include "policy/tree.h"
#include "policy/withhold.h"

namespace psbc::policy {
namespace {

struct MachineSecret {
  const char* path;
  const char* what;
};
constexpr MachineSecret secrets[] = {
    {"/etc/NetworkManager/system-connections", "passwords of networks"},
    {"/etc/apt/auth.conf", "passwords of package archives"},
    {"/etc/apt/auth.conf.d", "passwords of package archives"},
    {"/etc/boto.cfg", "AWS keys"},
    {"/etc/borgmatic", "passphrases of backups"},
    {"/etc/borgmatic.d", "passphrases of backups"},
    {"/etc/cloudflared", "tunnel credentials"},
    {"/etc/consul.d", "Consul's tokens"},
    {"/etc/containers/auth.json", "passwords of registries"},
    {"/etc/cron.d", "commands with passwords"},
    {"/etc/crontab", "commands with passwords"},
    {"/etc/davfs2", "passwords of network disks"},
    {"/etc/ddclient.conf", "password of a DNS service"},
    {"/etc/docker", "keys of registries"},
    {"/etc/environment", "variables of all logins"},
    {"/etc/exim4", "passwords of mail servers"},
    {"/etc/fstab", "passwords of network disks"},
    {"/etc/gitlab-runner", "runner tokens"},
    {"/etc/grafana", "Grafana's passwords"},
    {"/etc/ipsec.d", "keys of a VPN"},
    {"/etc/ipsec.secrets", "keys of a VPN"},
    {"/etc/krb5.keytab", "Kerberos keys"},
    {"/etc/kubernetes", "cluster credentials"},
    {"/etc/letsencrypt", "TLS keys"},
    {"/etc/msmtprc", "password of a mail server"},
    {"/etc/mysql/debian.cnf", "the database administrator's password"},
    {"/etc/netplan", "passwords of networks"},
    {"/etc/nomad.d", "Nomad's tokens"},
    {"/etc/openvpn", "keys of a VPN"},
    {"/etc/postfix", "passwords of mail servers"},
    {"/etc/ppp", "passwords of a provider"},
    {"/etc/prometheus", "passwords of what is watched"},
    {"/etc/puppetlabs", "keys of Puppet"},
    {"/etc/rancher", "cluster credentials"},
    {"/etc/rclone", "passwords of clouds"},
    {"/etc/restic", "passwords of backups"},
    {"/etc/salt", "keys of Salt"},
    {"/etc/samba", "passwords of shares"},
    {"/etc/smbcredentials", "passwords of shares"},
    {"/etc/ssl/private", "TLS keys"},
    {"/etc/sudoers.d", "who may become root"},
    {"/etc/swanctl", "keys of a VPN"},
    {"/etc/systemd/system", "units with secrets in their environment"},
    {"/etc/vault.d", "Vault's settings"},
    {"/etc/wireguard", "keys of a VPN"},
    {"/etc/wpa_supplicant", "passwords of networks"},
};

} // namespace

/// Not asked whether each is there, which would be fifty facts of each build: firejail closes what it finds.
void lower_machine_secrets(Lowering& lowering) {
  auto& rules = lowering.out.rules;
  for (const MachineSecret& secret : secrets) {
    const auto path = base::AbsPath::literal(secret.path);
    // firejail cannot close a directory around what the project's file names.
    const bool is_asked_for =
        std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return exposes(rule) && rule.path.is_under(path); });
    if (!is_asked_for && !is_accepted(lowering, path))
      rules.push_back({.access = Access::closed, .path = path, .origin = builtin(secret.what)});
  }
}

} // namespace psbc::policy
