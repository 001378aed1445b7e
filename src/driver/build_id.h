// SPDX-License-Identifier: MIT
// The linker's build id of the running program: changes exactly when psbc itself does, templates,
// schema and tables included.
#pragma once

#include <string>

namespace psbc::driver {

/// Hexadecimal digits; "unknown" when the program was linked without one.
std::string build_id();

} // namespace psbc::driver
