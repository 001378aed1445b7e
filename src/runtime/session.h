// SPDX-License-Identifier: MIT
// What the process outside hands to psbc's first process inside, besides the descriptors 0 to 2: one
// sealed memory file. Nothing of it is ever on a command line, in an environment, or on a disk, so no
// limit of firejail (256 variables, 128 arguments, 4128 bytes each) applies, and nobody sees values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/secret.h"

namespace psbc::runtime {

/// The variable that firejail sets for us by `--env`: a firejail that did not build the sandbox does
/// not set it either (FIREJAIL B0.1).
inline constexpr const char* nonce_variable = "PSBC_ENTRY";

/// Which directory a path leads to, as the kernel names it.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileIdentity&) const = default;
};
base::Result<FileIdentity> identify(const std::string& path);

/// The network namespace of whoever looks.
inline constexpr const char* own_network = "/proc/self/ns/net";
/// A variable whose value only the command gets.
struct SecretVariable {
  std::string name;
  base::Secret value;
};

/// A file that psbc's first process writes into the private HOME of this session, mode 0400: nobody else sees it, and
/// it is gone with the session. For tokens that tools want in a file, and for their settings that hold one.
struct SecretFile {
  std::string path;     // relative to HOME
  std::string variable; // holds the file's path inside; empty: none does
  base::Secret bytes;
};

struct Session {
  std::string nonce;
  std::vector<std::string> command;
  std::vector<std::string> environment; // "NAME=value": exactly what the command gets
  std::string cwd;
  FileIdentity cwd_identity;  // the same directory must be there inside
  FileIdentity home_identity; // another one must be there inside
  FileIdentity network_identity; // and another network, where the plan says so
  std::uint64_t ignored_signals = 0; // bit n - 1 for signal n: as psbc found them
  std::uint64_t blocked_signals = 0;
  std::string x11_cookie;  // of the X server that the plan shows, and no other's; never on a disk
  bool foreground = false; // the command gets the terminal before its first instruction
  std::string agent;       // where the ssh agent's socket is made; empty: there is none
  std::string leave;       // where the socket of `psbc leave` is made; empty: the session ends with its command
  std::string plan;        // emit::serialise(EnterPlan)
  std::string filter;      // emit::filter_for()
  std::vector<SecretVariable> secrets; // beside `environment`
  std::vector<SecretFile> secret_files;

  /// Overwrites all values: to be called as soon as they are where they belong.
  void wipe();
};

/// 32 hexadecimal digits from the kernel.
base::Result<std::string> make_nonce();

/// All but the values of secrets, which are never in memory that somebody could swap, dump or forget.
std::string serialise(const Session& session);
/// `values`: those of the secrets, in order, each after its length (4 bytes, little-endian).
base::Result<Session> parse_session(std::string_view bytes, std::string_view values = {});

/// A memory file that can no longer be changed by anybody.
base::Result<base::Fd> write_session(const Session& session);
/// Refuses a file that is not sealed.
base::Result<Session> read_session(int fd);

} // namespace psbc::runtime
