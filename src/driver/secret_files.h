// SPDX-License-Identifier: MIT
// Files of a project that look like secrets by their names: what `psbc init` proposes to hide.
#pragma once

#include <vector>

#include "driver/propose_workspace.h"

namespace psbc::driver {

/// Relative to `root`, a directory with a slash at its end, in the order of the tree; as patterns when there are
/// many. Not in directories of tools, and not more than a bounded part of a big tree.
std::vector<ProposedPath> find_secret_files(base::Fs& fs, const base::AbsPath& root);

} // namespace psbc::driver
