// SPDX-License-Identifier: MIT
#pragma once

#include "cli/context.h"
#include "runtime/obeyed_review.h"

namespace psbc::cli {

/// A few lines at most, the names escaped; nothing when there is nothing to tell. `root`: of the project.
void say_obeyed(Context& context, const runtime::ObeyedReport& report, const std::string& root);

} // namespace psbc::cli
