// SPDX-License-Identifier: MIT
// What `psbc doctor` finds, for who shows it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/context.h"

namespace psbc::cli {

enum class Health : std::uint8_t {
  good,
  note,   // nothing is wrong, and something is to be known
  weak,   // psbc works, and something protects less than it could
  broken, // psbc cannot enter, or must not be believed
};
const char* to_string(Health health);

struct Check {
  Health verdict;
  std::string what;  // "firejail"
  std::string found;
  std::string hint{}; // what to type
};

std::vector<Check> check_machine(Context& context, const policy::Places& places);

} // namespace psbc::cli
