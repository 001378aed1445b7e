// SPDX-License-Identifier: MIT
// The laws of a Policy. They are checked after lowering and after each pass, in every build: a
// compiler for a sandbox must not emit what it cannot explain.
#pragma once

#include <optional>
#include <string>

#include "policy/policy.h"

namespace psbc::policy {

enum class Stage : std::uint8_t { lowered, normalised, pinned };

/// The first broken law in words, or nothing.
///  lowered     every rule has an origin; HOME, an ancestor of HOME, psbc's own directories and the
///              whole of a system tree are never exposed
///  normalised  sorted, one rule per path, nothing named below a hidden path, no rule that says again
///              what its nearest ancestor says; pins in writable trees only
///  pinned      every hidden or read-only path in a writable tree has a pin on each directory between
std::optional<std::string> broken_law(const Policy& policy, Stage stage);

} // namespace psbc::policy
