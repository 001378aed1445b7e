// SPDX-License-Identifier: MIT
// The step of `enter` and `run` that finds the values of the project's tokens.
#pragma once

#include "cli/context.h"
#include "emit/enter_plan.h"
#include "runtime/token_values.h"

namespace psbc::cli {

/// None of them where they are not wanted, and nothing when one of them cannot be had: then all reasons were shown, and nothing may be entered. From here on no
/// other process of the user can look into this one, and it leaves no core dump.
std::optional<runtime::Tokens> tokens_for(Context& context, const policy::Places& places, const emit::EnterPlan& plan, bool are_wanted);

} // namespace psbc::cli
