// SPDX-License-Identifier: MIT
// What a shell inside needs behind the user's own start-up files: data and quoting, in the words of the
// template. One function for each row of the shell table.
#pragma once

#include <optional>
#include <string>

#include "diag/diagnostic.h"
#include "emit/templates.h"
#include "policy/policy.h"
#include "policy/shell_table.h"

namespace psbc::emit {

/// psbc's part of `shell`. Nothing when the user's own template has a wrong hole.
std::optional<std::string> emit_shell(const policy::Shell& shell, const policy::Policy& policy, const Templates& templates,
                                      diag::Diagnostics& diagnostics);

} // namespace psbc::emit
