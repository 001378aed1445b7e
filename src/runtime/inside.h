// SPDX-License-Identifier: MIT
// In which sandbox is this process? The answer is a read-only mount that only firejail can have made,
// never a variable, which anybody can set.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emit/enter_plan.h"

namespace psbc::runtime {

/// Nothing outside of every psbc sandbox.
std::optional<emit::InsideSession> inside_session();

/// A path as /proc/self/mountinfo has it: blanks, line breaks and backslashes are written as `\040` (proc(5)).
std::string unescape_mount_point(std::string_view field);

/// The mount points in the text of /proc/self/mountinfo that look like `.../psbc/builds/<id>/inside`.
std::vector<std::string> session_mounts(std::string_view mountinfo);

} // namespace psbc::runtime
