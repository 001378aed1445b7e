// SPDX-License-Identifier: MIT
// What git tracks, read from its index (gitformat-index(5), versions 2 to 4) without running git: a repository can make
// git execute things.
#pragma once

#include <optional>
#include <string_view>

#include "base/fs.h"

namespace psbc::driver {

struct Repository {
  base::AbsPath tree;      // its top level
  base::AbsPath directory; // what git keeps of this work tree: index, HEAD
};
/// The innermost one around `path`; nothing when there is none, or what is there leads nowhere.
std::optional<Repository> repository_of(base::Fs& fs, const base::AbsPath& path);

/// Whether an index names `path`, which is relative to the work tree, or something below it. False for bytes that are no
/// index.
bool index_has(std::string_view index, std::string_view path, bool or_below = false);

/// Whether the innermost repository around `file` tracks it, or something below it. Shared (split) indexes are not looked at.
bool is_tracked(base::Fs& fs, const base::AbsPath& file, bool or_below = false);

} // namespace psbc::driver
