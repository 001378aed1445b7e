// SPDX-License-Identifier: MIT
// What code inside can reach whatever a sandbox closes: said when a sandbox is built, because nobody
// should find it out from an attacker.
#pragma once

#include <string>
#include <vector>

#include "policy/policy.h"

namespace psbc::driver {

struct LeftOpen {
  std::vector<std::string> by_nature; // of what the file grants; `psbc build` says it
  std::vector<std::string> by_kernel; // a newer kernel would close it; `psbc enter` says it as well
};

/// `landlock` is base::landlock_version(): a part of what a build rests on, so that another kernel builds
/// again, and this is said once for each.
LeftOpen left_open(const policy::Policy& policy, int landlock);

} // namespace psbc::driver
