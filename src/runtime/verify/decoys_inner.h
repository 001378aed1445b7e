// SPDX-License-Identifier: MIT
// How the decoys are kept, for the two files that make and judge them.
#pragma once

#include <mqueue.h>
#include <sys/types.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "runtime/verify/decoys.h"

namespace psbc::runtime {

inline constexpr const char* decoy_variable = "PSBC_VERIFY_DECOY"; // of the decoy process: the secret
inline constexpr int inherited_number = 57;                        // of the descriptor that is left open

std::string random_word();
/// What can be read now, of a descriptor that does not block.
std::string drain(int fd);

/// How it is judged what an attempt printed, or did.
enum class Judged { secret, identity, word, file, call, terminal, signal, lock };

struct Decoys::Inner {
  explicit Inner(DecoyRequest asked) : request(std::move(asked)) {}

  DecoyRequest request;
  std::string magic = "psbc-verify-" + random_word(), secret = "decoy-" + random_word();
  Hints hints;
  std::map<std::string, Judged> judged;                       // the probes for which there is a decoy
  std::map<std::string, std::set<std::string>> identities;    // by probe
  std::vector<std::string> files, directories;                // ours: to be removed
  std::map<std::string, std::vector<std::string>> to_create;  // by probe: what an attempt makes
  std::vector<std::pair<std::string, base::Fd>> listeners;     // by probe
  std::map<std::string, std::string> variables;               // of the environment
  base::Fd inherited, other_terminal, other_terminal_end, decoy_said;
  pid_t decoy = -1;
  int memory = -1;
  mqd_t queue = -1;
  std::string queue_name;
  long key = -1;
  int round = 0;

  void judge(const char* probe, Judged how);
  /// The project's own directories are other people's affair: only ours are made, and only where the parent is there.
  std::optional<std::string> make_directory(const std::string& path);
  /// A file with the secret.
  bool make_file(const std::string& path);
  /// In a directory of its own below `parent`, which is returned.
  std::optional<std::string> secret_in(const char* probe, const std::string& parent);
  void will_create(const char* probe, const std::string& directory);
  void known_file(const char* probe, const std::string& path, bool to_write = false);
  /// `where`: a path, or `@NAME`.
  void listen_at(const char* probe, const std::string& where);
  void listen_at_port();
  void carry(const char* probe, const std::string& name, const std::string& value);
  void make_places();
  void make_channels(const std::string& temporary, const std::optional<std::string>& runtime);
  void make_known();
  void make_variables();
  void make_process();
  void make_memory();
  void make_descriptors();
  std::string next_lock();
  /// Before each run: nothing of the one before is left.
  void begin();
  bool calls_at(int listener) const;
  bool has_reached(const std::string& probe, Judged how, const std::string& value, const std::string& typed, const std::string& lock) const;
};

} // namespace psbc::runtime
