// SPDX-License-Identifier: MIT
// The user's own credential helpers of git, on the host: whether they have a password, and giving them one. git is
// started away from every repository, so that none has a say in what it runs; passwords go through its standard input.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/remote_login.h"
#include "runtime/host_program.h"

namespace psbc::runtime {

class CredentialStore {
 public:
  /// `host` must outlive it. Fails where there is no git that a session could not have made.
  static base::Result<CredentialStore> open(const HostPrograms& host);

  /// The helpers that git asks for this host and that outlast a while, as the user wrote them: all but `cache`, which forgets.
  std::vector<std::string> helpers(const policy::RemoteLogin& login) const;
  /// Whether git would find this very password, asking nobody; with `user`, for that name alone.
  bool has(const policy::RemoteLogin& login, const std::string& user) const;
  /// Whether git would find another one, for this name or for the host: it would be replaced, or no longer be the first.
  bool has_other(const policy::RemoteLogin& login) const;
  /// Gives it to the helpers. They do not say whether they keep it: ask `has`.
  base::Status give(const policy::RemoteLogin& login) const;

 private:
  CredentialStore(std::string git, const HostPrograms& host);
  base::Result<std::string> run(const std::vector<std::string>& words, const std::string& input) const;
  std::string password(const policy::RemoteLogin& login, const std::string& user) const;

  std::string git_;
  std::map<std::string, std::string, std::less<>> environment_;
  struct Helper {
    std::string host;  // empty: of all
    std::string words; // empty: those before it are forgotten
  };
  std::vector<Helper> helpers_; // in git's order
};

} // namespace psbc::runtime
