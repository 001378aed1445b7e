// SPDX-License-Identifier: MIT
// What does not exist cannot be mounted over. For some guarded files something neutral stands there while a session
// runs: an empty directory, which git does not see, or a file in a git directory (THREATS D4, D5, D8).
//
// The list of what was made is written before it is made, so that it goes with the last session, or when the next one
// begins after that was killed. What somebody put into such a directory meanwhile keeps it.
#pragma once

#include <vector>

#include "base/private_dir.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

/// Makes those that are missing. `records`: where the list is. Only under the lock of that directory's sessions.
base::Status keep_places(const base::PrivateDir& records, const std::vector<emit::KeptPlace>& places);

/// Removes what was made and is still as it was made. When no session of the project runs.
void remove_places(const base::PrivateDir& records);

} // namespace psbc::runtime
