// SPDX-License-Identifier: MIT
// Does a project compute on a graphics card? Then `psbc init` proposes `[devices] gpu`.
#pragma once

#include <optional>
#include <string>

#include "base/fs.h"

namespace psbc::driver {

/// "requirements.txt names torch"; nothing when no file of requirements names such a package.
std::optional<std::string> why_gpu(base::Fs& fs, const base::AbsPath& root);

} // namespace psbc::driver
