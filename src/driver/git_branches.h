// SPDX-License-Identifier: MIT
// Does a checkout ever put something at a path? Read from the repository's own files: git would obey what is written there.
#pragma once

#include "base/fs.h"

namespace psbc::driver {

/// False only when it is certain that neither the index nor any local branch holds `path`, or something below it. Where
/// branches differ from what is checked out, their trees would have to be read: that counts as uncertain.
bool may_be_tracked(base::Fs& fs, const base::AbsPath& path);

} // namespace psbc::driver
