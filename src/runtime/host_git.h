// SPDX-License-Identifier: MIT
// git on the host, in a repository that may be hostile: nothing that the repository says is executed (policy/git_override.h).
// git starts git again, in submodules and for remotes that are directories, and forgets there what it was told on its
// command line. So it is given a directory of its programs (GIT_EXEC_PATH, git(1)) in which `git` is psbc, which does the same
// once more for the repository that this one works in.
//
//   <state>/git/<digest>/programs/   links to git's own programs; `git` and what is the same file: psbc
//   <state>/git/<digest>/hooks/      under the names that githooks(5) has: psbc, which says what it did not run
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/path.h"
#include "base/process.h"
#include "runtime/host_program.h"

namespace psbc::runtime {

/// Says to psbc, called as git or as a hook, that it is to do as described above: the path of the real git.
inline constexpr const char* host_git_variable = "PSBC_HOST_GIT";
/// Where the repository's own hooks are; empty when there is none that git would run.
inline constexpr const char* host_hooks_variable = "PSBC_HOST_GIT_HOOKS";

/// Names of hooks that people install, and that tell nothing when they are not run.
bool is_hook_name(std::string_view name);

/// How many words one of git's own options takes, which stand before the command: 2 for `-C DIR`, 1 for `--bare` and `--git-dir=DIR`.
std::size_t words_of_git_option(std::string_view option);

class HostGit {
 public:
  /// For `psbc git`. `host` finds git and the environment; of git's own variables the user's stay as they are.
  static base::Result<HostGit> open(const base::AbsPath& state, const base::AbsPath& self, const HostPrograms& host, const base::Env& env);
  /// For psbc that was started as `git` by a git of `open`.
  static base::Result<HostGit> inherited(const base::Env& env);

  /// Becomes git; returns only with what went wrong, such as a setting that cannot be switched off.
  base::Error become(const std::vector<std::string>& words);
  /// What git prints; nothing of the repository is executed.
  base::Result<base::Captured> ask(const std::vector<std::string>& words);

 private:
  using Environment = std::map<std::string, std::string, std::less<>>;
  HostGit(std::string git, std::string programs, Environment environment)
      : git_(std::move(git)), programs_(std::move(programs)), environment_(std::move(environment)) {}
  base::Result<Environment> defanged(const std::vector<std::string>& words) const;
  base::Result<base::Captured> plain(std::vector<std::string> words, const Environment& environment) const;

  std::string git_;      // the real one
  std::string programs_; // GIT_EXEC_PATH
  Environment environment_;
};

} // namespace psbc::runtime
