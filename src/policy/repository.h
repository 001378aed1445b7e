// SPDX-License-Identifier: MIT
// The git repository around a directory, found by looking: git itself would obey what is written in it.
#pragma once

#include <optional>

#include "base/fs.h"

namespace psbc::policy {

/// The innermost directory strictly above `directory` that holds a repository; whether it can be used is another question.
std::optional<base::AbsPath> repository_above(base::Fs& fs, const base::AbsPath& directory);

} // namespace psbc::policy
