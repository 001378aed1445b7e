// SPDX-License-Identifier: MIT
// One writer at a time. flock(2), because the kernel lets go of it whatever kills the holder.
#pragma once

#include <string>

#include "base/private_dir.h"

namespace psbc::base {

constexpr int lock_wait_ms = 2000;

/// Takes the lock `name` in `directory`; held until the descriptor is closed. After `wait_ms` an
/// Error (EWOULDBLOCK) that names the process which holds it.
Result<Fd> lock(const PrivateDir& directory, const std::string& name, int wait_ms = lock_wait_ms);

} // namespace psbc::base
