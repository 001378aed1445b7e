// SPDX-License-Identifier: MIT
#include "driver/left_open.h"

#include "base/landlock.h"

namespace psbc::driver {

LeftOpen left_open(int landlock) {
  LeftOpen out;
  out.by_nature.emplace_back("the network, and what listens on 127.0.0.1 of this machine");
  if (landlock < base::landlock_with_scopes)
    out.by_kernel.emplace_back("abstract unix sockets of this machine: closing them takes Landlock's scopes, which Linux has since 6.12");
  return out;
}

} // namespace psbc::driver
