// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"
#include "driver/remove.h"
#include "runtime/host_git.h"

namespace psbc::cli {

/// git on the host, found outside of every place that a session can write.
base::Result<runtime::HostGit> open_host_git(Context& context, const policy::Places& places);

/// psbc as a git that `psbc git` started meant it: under the name of one of git's programs, or of a hook
/// (runtime/host_git.h). Nothing when it was called by another name, or by nobody of these.
bool is_git_stand_in(std::string_view called);
int git_stand_in(int argc, char** argv);

/// The hooks that `psbc git-hooks install` wrote in the repository of which the project is the top.
std::vector<driver::Removal> removals_of_git_hooks(Context& context, const policy::Places& places, const base::AbsPath& root);
/// The hook that `psbc git-hooks install` writes: whoever commits, inside or outside, gets it run in the sandbox.
std::string hook_text(std::string_view name, const base::AbsPath& self);

} // namespace psbc::cli
