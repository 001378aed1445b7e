// SPDX-License-Identifier: MIT
// The last look at a profile before it is written: read by the model of firejail's lexer, does it say
// what the policy asks for, all of it, and nothing that gives something back? psbc's own output and what
// comes out of a user's template are judged alike.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emit/lexer.h"
#include "emit/mounts.h"

namespace psbc::emit {

struct Expected {
  const Mounts& mounts;
  const std::vector<Wanted>& environment; // `env` lines
  const std::vector<Line>& baseline;      // the fixed lines of psbc's own template, for this firejail
  FirejailVersion version;
};

struct Finding {
  std::uint32_t line = 0; // of the profile; 0: something is missing
  std::string message;
  std::string help;
};

/// Empty for a good profile.
std::vector<Finding> check_profile(std::string_view profile, const Expected& expected);

} // namespace psbc::emit
