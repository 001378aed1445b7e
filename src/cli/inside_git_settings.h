// SPDX-License-Identifier: MIT
// The settings of a repository are read-only inside: its git executes what they say, outside as well. Commands that write them
// fail, some of them when they have done the half.
#pragma once

#include "cli/inside_git_line.h"

namespace psbc::cli {

/// Can it write the repository's settings, and are they read-only?
bool meets_settings(const GitLine& git);
/// False, with the way out said, when it would do something and then fail at the settings.
bool is_whole_without_settings(const GitLine& git);
/// Runs it; when it failed at the settings, says why and how to do it outside. The exit status.
int run_beside_settings(const GitLine& git);

} // namespace psbc::cli
