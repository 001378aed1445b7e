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
  bool foreground = false; // the command gets the terminal before its first instruction
  std::string plan;        // emit::serialise(EnterPlan)
  std::string filter;      // emit::build_seccomp_filter()
};

/// 32 hexadecimal digits from the kernel.
base::Result<std::string> make_nonce();

std::string serialise(const Session& session);
base::Result<Session> parse_session(std::string_view bytes);

/// A memory file that can no longer be changed by anybody.
base::Result<base::Fd> write_session(const Session& session);
/// Refuses a file that is not sealed.
base::Result<Session> read_session(int fd);

} // namespace psbc::runtime
