// SPDX-License-Identifier: MIT
// The projects that were ever built on this machine.
#pragma once

#include <vector>

#include "base/fs.h"
#include "policy/places.h"

namespace psbc::driver {

struct KnownProject {
  std::string id;
  base::AbsPath root;
  std::string name;
  bool exists = false; // its config is still there
};

/// Sorted by root.
base::Result<std::vector<KnownProject>> known_projects(base::Fs& fs, const policy::Places& places);

} // namespace psbc::driver
