// SPDX-License-Identifier: MIT
// Services on 127.0.0.1 that a project's compose files or settings name. They are reachable inside while the
// network is shared: `psbc init` says so, because people look for the line that would allow it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fs.h"

namespace psbc::driver {

struct Service {
  std::string name;  // "PostgreSQL", or empty for a port that is not well known
  std::uint16_t port;
  std::string file;  // relative to the project: where it is named
  bool operator==(const Service&) const = default;
};

/// Sorted by port, each port once. Looks at compose files, and at settings in the project's top two levels.
std::vector<Service> find_services(base::Fs& fs, const base::AbsPath& root);

/// The ports that the `ports:` of a compose file publish.
std::vector<std::uint16_t> published_ports(std::string_view compose);
/// What settings say of local services: URLs such as redis://localhost, and Django's databases.
std::vector<Service> named_services(std::string_view settings);

} // namespace psbc::driver
