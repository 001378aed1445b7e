// SPDX-License-Identifier: MIT
// `[projects."ROOT"]` of the user's file: a project is meant by the directory that the text leads to.
#pragma once

#include <vector>

#include "base/fs.h"
#include "config/config.h"

namespace psbc::policy {

/// The first link that lies where code inside writes, and may have been made there; nullptr when none does.
const base::Resolved::Link* planted_link(const base::Resolved& resolved, const std::vector<base::AbsPath>& writable);

/// The settings for the project at `root` (canonical), in the file's order. None that a session could have brought here by
/// a link in one of the directories `writable`, at the place of a project that has other keys and tokens.
std::vector<const config::ProjectSettings*> settings_of(const config::UserConfig& user, base::Fs& fs, const base::AbsPath& root,
                                                        const base::AbsPath& home, const std::vector<base::AbsPath>& writable);

} // namespace psbc::policy
