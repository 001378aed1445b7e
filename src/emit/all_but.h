// SPDX-License-Identifier: MIT
// Names as globs: everything in a directory but a few. For what firejail cannot empty by a whitelist.
#pragma once

#include <set>
#include <string>
#include <vector>

namespace psbc::emit {

/// A prefix that is meant as it is, and a glob behind it.
struct NamePattern {
  std::string prefix;
  std::string glob;
};

/// Together they match every name but those in `keep`, `.` and `..`. Not covered, because a firejail profile
/// cannot spell them: names that begin with (or go on, right after the beginning of a kept one, with) a
/// character below `+` or above `~`, and names that begin with two dots.
std::vector<NamePattern> all_but(const std::set<std::string>& keep);

} // namespace psbc::emit
