// SPDX-License-Identifier: MIT
// git replaces files by unlinking them, and goes on when that fails: a checkout over a read-only file that is tracked ends with
// status 0 and the old content, and the next commit undoes what others changed there. So a command that would change such a
// file is refused before it begins.
#pragma once

#include "cli/inside_git_line.h"

namespace psbc::cli {

/// Can it change files of the work tree?
bool moves_files(const GitLine& git);
/// Runs it, or refuses it; the exit status. Becomes git where nothing that is tracked is read-only.
int run_beside_files(const GitLine& git);

} // namespace psbc::cli
