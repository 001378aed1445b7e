// SPDX-License-Identifier: MIT
// How commands remove: what goes is named, then somebody says yes.
#pragma once

#include <vector>

#include "cli/context.h"
#include "driver/remove.h"

namespace psbc::cli {

/// Names everything, asks (not with `yes`), and removes. `command` is what to type where nobody can be asked.
int remove_all(Context& context, const std::vector<driver::Removal>& removals, bool yes, const char* command);

} // namespace psbc::cli
