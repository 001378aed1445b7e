// SPDX-License-Identifier: MIT
// Why firejail did not start: which line of its profile it refused. A firejail that psbc does not know yet
// may have lost a directive, and names it by number alone.
#pragma once

#include <string>
#include <string_view>

#include "base/path.h"

namespace psbc::runtime {

/// "line 23 of its profile: `tab`", from what firejail printed; empty when it blames no line.
std::string blamed_line(std::string_view printed, std::string_view profile);

/// Asks firejail again, with `true` in the place of the command. Empty when no line is to blame.
std::string refused_line(const base::AbsPath& firejail, const base::AbsPath& profile);

} // namespace psbc::runtime
