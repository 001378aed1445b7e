// SPDX-License-Identifier: MIT
// Asks the world every recorded question again, and looks at every output. What differs comes out as
// sentences: the decision to rebuild and its explanation are one thing.
#pragma once

#include <string>
#include <vector>

#include "trace/explain.h"
#include "trace/store.h"

namespace psbc::trace {

/// The facts that do not hold any more, in the order in which they were asked. What merely follows
/// from another one is left out: a path that is a link now also has other content, and its directory
/// other names, but one thing happened.
std::vector<Difference> differences(const Facts& facts, const World& world);

struct Freshness {
  std::vector<std::string> inputs;  // why the outputs must be made again
  std::vector<std::string> outputs; // what somebody did to the outputs
  bool fresh() const { return inputs.empty() && outputs.empty(); }
};

/// `current` is nothing before the first build.
Freshness check(const std::optional<Current>& current, const World& world, const base::AbsPath& home);

} // namespace psbc::trace
