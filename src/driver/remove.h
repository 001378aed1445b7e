// SPDX-License-Identifier: MIT
// Undoing a build: what `psbc clean` removes.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "policy/places.h"

namespace psbc::driver {

/// Removes the build, its name, its approval and the links that lead to it; with `environment` also
/// the sandbox's root, which holds the environment and the caches. Says what was there.
base::Result<std::vector<std::string>> remove_project(const policy::Places& places, const base::AbsPath& root, bool environment);

} // namespace psbc::driver
