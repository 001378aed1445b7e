// SPDX-License-Identifier: MIT
// What a shell inside needs behind the user's own start-up file.
#pragma once

#include <optional>
#include <string>

#include "diag/diagnostic.h"
#include "emit/templates.h"
#include "policy/policy.h"

namespace psbc::emit {

/// The end of ~/.bashrc inside. Nothing when the user's own template has a wrong hole.
std::optional<std::string> emit_bash(const policy::Policy& policy, const Templates& templates, diag::Diagnostics& diagnostics);
/// The same, with psbc's own template in the place of a wrong one.
std::string emit_bash(const policy::Policy& policy, const Templates& templates);

} // namespace psbc::emit
