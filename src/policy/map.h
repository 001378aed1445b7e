// SPDX-License-Identifier: MIT
// What a sandbox sees as a tree: the rules of a policy at their places, and nothing between them that says nothing.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "policy/policy.h"

namespace psbc::policy {

struct MapNode {
  std::string name;           // from the node above: "code/lab"; "/" at the top
  base::AbsPath path;
  const Rule* rule = nullptr; // nothing: it is as what it is in, and leads to what is below
  const Rule* in = nullptr;   // the rule here, or the nearest above; nothing: a part of the system
  std::size_t not_there = 0;  // rules below for what does not exist: guarded and hidden names, of which nothing can be drawn
  std::vector<MapNode> below; // sorted by name
};

/// The top. Points into the policy.
MapNode map_of(const Policy& policy);

} // namespace psbc::policy
