// SPDX-License-Identifier: MIT
// What a repository's own settings can make git execute, and what git is told in its place. A pull request, a tarball or a
// session that escaped its pins may have written them (CVE-2022-24765 and its kin; THREATS D3, D4).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace psbc::policy {

/// As `git config --list -z` prints one: "section.subsection.key", section and key in lower case.
struct GitSetting {
  std::string key;
  std::string value;
  bool operator==(const GitSetting&) const = default;
};

/// Settings that stand after those of all files, where the last one wins: for each key of `repository` that is not known
/// to be harmless, the `user`'s own value, or one that runs nothing. A key that this table does not know gets an
/// empty one, so that what a later git learns to execute is off as well. Keys that matter even when they are not set
/// (`core.hooksPath`, `core.fsmonitor`, the `ext::` protocol) are always there. `editor`: what git would start without
/// the repository's word (git-var(1), GIT_EDITOR).
std::vector<GitSetting> overriding(const std::vector<GitSetting>& repository, const std::vector<GitSetting>& user,
                                   std::string_view hooks_directory, std::string_view editor);

/// The first setting that can make git execute something and that no later one can answer; none when all can.
const GitSetting* unanswered(const std::vector<GitSetting>& repository);

} // namespace psbc::policy
