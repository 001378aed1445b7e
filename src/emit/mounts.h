// SPDX-License-Identifier: MIT
// Rules to directives: which lines of the profile say what may be seen and written, in the order in
// which firejail needs them. It mounts all whitelists first, whatever their place in the file, and then
// goes through the other lines one by one (FIREJAIL B2).
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "diag/diagnostic.h"
#include "emit/firejail_version.h"
#include "policy/policy.h"

namespace psbc::emit {

/// One line that the policy asks for.
struct Wanted {
  std::string directive;
  std::string argument;
  policy::Origin origin;
  bool operator==(const Wanted& other) const { return directive == other.directive && argument == other.argument; }
};

struct Mounts {
  std::vector<Wanted> exposed; // whitelists, and lines whose place does not matter
  std::vector<Wanted> guarded; // read-only and read-write, outer before inner; then blacklist
};

/// Asks the world how many entries a glob finds; the driver passes emit/glob.h's count_matches.
using CountMatches = std::function<std::size_t(const std::string& glob)>;

/// Nothing when firejail cannot be told a rule; the diagnostic points at the line that asked for it.
std::optional<Mounts> plan_mounts(const policy::Policy& policy, FirejailVersion version, const CountMatches& count_matches,
                                  diag::Diagnostics& diagnostics);

/// Whitelists for the symlinks by which the user knows exposed paths. Only for a profile without psbc's
/// first process, which makes the links again itself. A link whose whole target is not exposed is left
/// out: firejail would expose all of the target.
std::vector<Wanted> plan_links(const policy::Policy& policy, FirejailVersion version, const CountMatches& count_matches);

} // namespace psbc::emit
