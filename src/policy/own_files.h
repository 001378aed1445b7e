// SPDX-License-Identifier: MIT
// What of the user's own configuration is shown inside: single files as copies, directories read-only,
// both scanned for secrets first (THREATS B3). Not for use outside of src/policy.
#pragma once

#include "policy/lowering.h"

namespace psbc::policy {

/// The user's own text at `path` when it may be shown inside. A file with a secret is reported with file
/// and line, and withheld until `accept_secrets` names it; so is one that a link leads to from a place
/// where a session could have made the link.
std::optional<std::string> own_text(Lowering& lowering, const base::AbsPath& path);

/// Makes psbc's first process write `content` to `path`, which must lie in HOME; the last word counts. Nothing happens when
/// the path is visible already: what is mounted there cannot be replaced.
void write_home_file(Lowering& lowering, const base::AbsPath& path, std::string content, std::string reason);

/// A copy of `from` at `to`, if it may be shown.
void copy_own_file(Lowering& lowering, const base::AbsPath& from, const base::AbsPath& to);

/// Exposes a directory or a program read-only. Its files that match `text` are the user's own and are
/// scanned: one with a secret is hidden, the rest of the directory stays. A directory with more of them
/// than psbc scans stays outside. Each `.git` down to four levels is hidden. `outcome` is what the warning of
/// a secret ends with; nullptr for what a shell does without the file.
void expose_own_tree(Lowering& lowering, const base::AbsPath& path, const char* text, const Origin& origin, const char* outcome = nullptr);

/// May a file be shown as it is? `path` is its name for people, `real` the file. False, and reported, for one
/// with a secret and for one that is longer than psbc scans.
bool may_show(Lowering& lowering, const base::AbsPath& path, const base::AbsPath& real, const char* outcome);

/// Each `.git` in `real` down to `levels` directories, relative; nothing, and reported, when they are too many.
std::optional<std::vector<std::string>> repositories_in(Lowering& lowering, const base::AbsPath& path, const base::AbsPath& real, std::size_t levels);
void hide_repositories(Lowering& lowering, const base::AbsPath& tree, const std::vector<std::string>& found);

} // namespace psbc::policy
