// SPDX-License-Identifier: MIT
// Landlock, by its three system calls: a process gives up rights, for itself and for all that it starts.
// Numbers and layouts are those of the kernel's user space API (include/uapi/linux/landlock.h of Linux
// 6.18), written down here because the headers of the distributions that build psbc are older.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace psbc::base {

/// The version of the running kernel's Landlock: 1 since Linux 5.13. 0 where there is none, because the
/// kernel is older, was built without it, or was started without it (`lsm=`).
int landlock_version();

/// The first versions that can do what psbc asks for, and the kernels that brought them.
inline constexpr int landlock_with_ports = 4;  // Linux 6.7: TCP bind and connect, by port
inline constexpr int landlock_with_scopes = 6; // Linux 6.12: abstract unix sockets and signals

/// What the caller, and whatever it starts from now on, must not do. All false: nothing changes.
struct LandlockLimits {
  bool abstract_sockets = false; // connect or send to an abstract unix socket that was made outside
  bool signals = false;          // send a signal to a process outside
  bool tcp = false;              // bind and connect, but to the ports that are named here
  std::vector<std::uint16_t> bind{}, connect{};
};

/// "Outside" is every process that was there before, and its descendants. The caller has no_new_privs set
/// and one thread. An error when this kernel cannot do all that is asked for: nothing is changed then.
Status limit_by_landlock(const LandlockLimits& limits);

} // namespace psbc::base
