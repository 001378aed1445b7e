// SPDX-License-Identifier: MIT
// A file of the project as a commit has it.
#pragma once

#include <optional>
#include <string>

#include "base/path.h"
#include "base/result.h"

namespace psbc::driver {

/// The text of .python-sandbox.toml in `root` at `revision`; nothing where that has none. An Error when there is no
/// such commit, or no git. git runs here on the host with settings that a hostile repository wrote: of those that
/// make it run something, none is in force (no hooks, no fsmonitor, no fetch of what is missing, no filters, no pager).
base::Result<std::optional<std::string>> file_at(const base::AbsPath& root, const std::string& revision);

} // namespace psbc::driver
