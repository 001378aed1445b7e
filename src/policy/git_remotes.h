// SPDX-License-Identifier: MIT
// A token in a repository's own settings is visible inside, because git needs the file: `.git/config` with
// https://me:token@host, or an Authorization header (THREATS B11). It cannot be hidden; it is found and said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fs.h"

namespace psbc::policy {

struct RemoteSecret {
  base::AbsPath file;
  std::uint32_t line = 0;
  std::string remote;   // of `[remote "origin"]`; empty: another setting
  std::string redacted; // "https://****"
  std::string url;      // without what was secret; empty: it is not a remote's URL
};

/// The settings of git among the paths that are visible and not writable: those that end in `config` or
/// `config.worktree`, and the ones of a `.git` that is read-only as a whole.
std::vector<base::AbsPath> git_settings(const std::vector<std::string>& read_only);
std::vector<RemoteSecret> find_remote_secrets(base::Fs& fs, const std::vector<base::AbsPath>& settings);

/// A URL without its user and password, when it is one; conda's /t/token too.
std::string without_credentials(std::string_view url);

/// One line: what is visible, and what to type; `by_hand`: not psbc fix.
std::string describe(const RemoteSecret& found, const base::AbsPath& home, bool by_hand = false);

} // namespace psbc::policy
