// SPDX-License-Identifier: MIT
// What git tracks, read from its index (gitformat-index(5), versions 2 to 4) without running git: a repository can make
// git execute things.
#pragma once

#include <string_view>

#include "base/fs.h"

namespace psbc::driver {

/// Whether an index names `path`, which is relative to the work tree. False for bytes that are no index.
bool index_has(std::string_view index, std::string_view path);

/// Whether the innermost repository around `file` tracks it. Shared (split) indexes are not looked at.
bool is_tracked(base::Fs& fs, const base::AbsPath& file);

} // namespace psbc::driver
