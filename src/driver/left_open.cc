// SPDX-License-Identifier: MIT
#include "driver/left_open.h"

#include "base/landlock.h"

namespace psbc::driver {

using config::NetworkAccess;

LeftOpen left_open(const policy::Policy& policy, int landlock) {
  LeftOpen out;
  const policy::Network& network = policy.network;
  if (network.access == NetworkAccess::full)
    out.by_nature.emplace_back("the network, and what listens on 127.0.0.1 of this machine");
  if (network.access == NetworkAccess::ports && !network.connect.empty())
    out.by_nature.push_back(describe(network) + " of any host, 127.0.0.1 of this machine among them");
  if (policy.devices.x11)
    out.by_nature.emplace_back("the X server, with all that is typed into any window, and abstract unix sockets, by which X clients ask for it");
  else if (network.access != NetworkAccess::none && landlock < base::landlock_with_scopes)
    out.by_kernel.emplace_back("abstract unix sockets of this machine: closing them takes Landlock's scopes, which Linux has since 6.12");
  return out;
}

} // namespace psbc::driver
