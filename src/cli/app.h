// SPDX-License-Identifier: MIT
#pragma once

namespace psbc::cli {

/// Parses the command line and runs the command; never throws.
int run(int argc, char** argv);

} // namespace psbc::cli
