// SPDX-License-Identifier: MIT
// Removal of a tree that a sandbox may have made, and may still be changing: links are never followed,
// a directory may be nested deeper than there are descriptors, or have no permissions left.
#pragma once

#include <string>

#include "base/result.h"

namespace psbc::base {

/// Removes `name` in the open directory `top`, with all that is in it. Nothing there is fine. `shown`
/// is what errors call it.
Status remove_tree(int top, const std::string& name, const std::string& shown);

} // namespace psbc::base
