// SPDX-License-Identifier: MIT
// Undoing what psbc did: what `psbc clean` and `psbc uninstall` remove, to be shown before it is done.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "policy/places.h"

namespace psbc::driver {

struct Removal {
  std::string what; // for people
  std::function<base::Status()> remove;
};

/// The build of a project, its name, its approval, its shim and the links that lead to them; with `environment` also
/// the sandbox's root, which holds the environment and the caches. In the order in which they go. `places` outlives them.
base::Result<std::vector<Removal>> removals_of(const policy::Places& places, const base::AbsPath& root, bool environment);

/// What is left of psbc when all projects are removed: its state, whatever is there but the record (audit/chain.h), and what it keeps; without
/// `environments`, the sandboxes' roots stay, and what psbc hide moved out of projects always does.
base::Result<std::vector<Removal>> removals_of_psbc(const policy::Places& places, bool environments);

} // namespace psbc::driver
