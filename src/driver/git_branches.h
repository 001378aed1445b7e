// SPDX-License-Identifier: MIT
// Does a checkout ever put something at a path? Read from the repository's own files: git would obey what is written there.
#pragma once

#include <set>
#include <vector>

#include "base/fs.h"

namespace psbc::driver {

/// Of `paths`, all but those of which it is certain that neither the index nor any local branch holds them, or something
/// below them. The trees of branches that are elsewhere than what is checked out are asked for once: `cache` is a
/// directory of psbc's for the answer, which stays true for these commits.
std::set<base::AbsPath> possibly_tracked(base::Fs& fs, const std::vector<base::AbsPath>& paths, const base::AbsPath& cache);

} // namespace psbc::driver
