// SPDX-License-Identifier: MIT
// A second, tiny filter beside the compiled one: it knows a process number, which no build can.
#pragma once

#include "base/result.h"

namespace psbc::runtime {

/// From here on no process of the sandbox can change the resource limits of the caller by prlimit(2): with
/// RLIMIT_NOFILE 0 it could neither poll nor look at HOME any more, and prlimit asks for nothing but the same
/// user, not for the right to trace. Limits of other processes, and reading the caller's, stay allowed.
/// The caller has loaded the compiled filter, which refuses the calls of other architectures.
base::Status guard_own_limits();

} // namespace psbc::runtime
