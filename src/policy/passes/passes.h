// SPDX-License-Identifier: MIT
// The passes, in the order in which they run. Each is Policy -> Policy, keeps the meaning, and makes
// the laws of the next stage true (policy/verify.h).
#pragma once

#include "policy/policy.h"

namespace psbc::policy {

/// Sorted, one rule per path (the strongest), nothing below a hidden path, nothing said twice.
Policy normalise(Policy policy);
/// Pins each directory between a writable root and what is protected inside it.
Policy pin(Policy policy);

/// All of them, with the laws checked before and after each; nothing and a description of the broken
/// law when psbc itself is at fault.
std::optional<Policy> run_passes(Policy policy, std::string& broken);

} // namespace psbc::policy
