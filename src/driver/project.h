// SPDX-License-Identifier: MIT
// Finding the project that a directory belongs to, and what of this machine a build needs.
#pragma once

#include <optional>

#include "base/fs.h"

namespace psbc::driver {

inline constexpr const char* config_name = ".python-sandbox.toml";

struct Project {
  base::AbsPath root;        // canonical
  base::AbsPath config_file; // root / config_name
};

/// The innermost directory at or above `start` that holds a `.python-sandbox.toml`, whatever that is:
/// whether the file is acceptable is judged later, with a message. Nothing when there is none.
base::Result<std::optional<Project>> find_project(base::Fs& fs, const base::AbsPath& start);

/// The firejail that will be run: one of the system's own directories, never found through PATH, which
/// a project may be part of. Nothing when there is none.
std::optional<base::AbsPath> find_firejail(base::Fs& fs);

/// The running psbc, canonical.
base::Result<base::AbsPath> find_self(base::Fs& fs);

} // namespace psbc::driver
