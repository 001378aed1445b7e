// SPDX-License-Identifier: MIT
// Questions about a repository's objects, which git answers on the host without running anything.
#pragma once

#include <string>
#include <vector>

#include "base/path.h"
#include "base/process.h"

namespace psbc::driver {

/// For cat-file, ls-tree and rev-parse, which run no filter, no hook and no pager. git reads settings that a hostile repository
/// wrote; of those that make it run something none is in force: no fsmonitor, no ssh command, and no protocol for what a
/// partial clone lacks (`ext::`).
base::Result<base::Captured> ask_git(const base::AbsPath& tree, const std::vector<std::string>& words, std::string_view input = {});

} // namespace psbc::driver
