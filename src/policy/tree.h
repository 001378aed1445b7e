// SPDX-License-Identifier: MIT
// Questions about a sorted list of rules, seen as a tree of paths.
#pragma once

#include <vector>

#include "policy/policy.h"

namespace psbc::policy {

/// Stronger access wins where two rules name one path.
int strength(Access access);
/// What a path gets from the nearest rule above it (strictly); nullptr when none.
const Rule* nearest_above(const std::vector<Rule>& rules, const base::AbsPath& path);
/// Does it name something to show? (A pin keeps what is there and shows nothing.)
bool exposes(const Rule& rule);
/// Is there anything at `path` for the inside? True outside of closed directories.
bool is_visible(const std::vector<Rule>& rules, const base::AbsPath& path);
/// Can `path` be written inside, as far as psbc decides? False for what only the host's own
/// permissions protect, such as /usr.
bool is_writable(const std::vector<Rule>& rules, const base::AbsPath& path);

} // namespace psbc::policy
