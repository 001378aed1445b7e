// SPDX-License-Identifier: MIT
// What is hidden by name and reached by another way: git's objects hold what was committed (THREATS B6), and a file in
// a hidden directory may have a second name, a hard link, outside of it (B4). The first stops a build, the second is
// said: the other name may be hidden as well. No facts of a build: the index changes with each `git add`, and a
// directory of secrets with each of them.
#pragma once

#include <string>
#include <vector>

#include "base/fs.h"
#include "lint/lint.h"
#include "policy/policy.h"

namespace psbc::driver {

/// A few at most. Looks at no more than 2,000 files of hidden directories.
std::vector<lint::Leak> hidden_leaks(base::Fs& fs, const policy::Policy& policy);

} // namespace psbc::driver
