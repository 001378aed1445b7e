// SPDX-License-Identifier: MIT
// An empty directory that keeps a place in the project (runtime/kept_places.h) is a mount, and git takes away empty directories
// that it does not track: `clean -d` fails at it, and `stash -u`, which cleans, ends in the middle.
#pragma once

#include "cli/inside_git_line.h"

namespace psbc::cli {

/// Lets `clean` and `stash` pass such directories by. False, with the way out said, where git cannot be told.
bool spare_places(GitLine& git);

} // namespace psbc::cli
