// SPDX-License-Identifier: MIT
// Wildcards as firejail uses them: glob(3) in the C locale with GLOB_PERIOD | GLOB_NOCHECK. That flag
// reaches the last component only: a `?` or `*` of an earlier one never matches a leading dot. base/glob
// is psbc's own language; this one is what the emitted line will mean.
#pragma once

#include <string_view>

#include "base/fs.h"

namespace psbc::emit {

/// Does the pattern match this path, component by component?
bool glob_matches(std::string_view pattern, std::string_view path);

/// How many existing entries firejail would find for `pattern`. A directory that cannot be listed
/// has no matches, for firejail as for psbc. Stops counting at 2.
std::size_t count_matches(base::Fs& fs, std::string_view pattern);

} // namespace psbc::emit
