// SPDX-License-Identifier: MIT
// psbc policy check: files of repositories against a ceiling, on a machine that need have nothing of what they name.
#pragma once

#include <cstdint>
#include <string>

#include "driver/compile.h"

namespace psbc::driver {

struct HeldAgainst {
  enum class Is : std::uint8_t { within, excepted, exceeds, invalid } is = Is::invalid;
  std::string digest;                          // of what it grants; empty: it is invalid
  const config::GrantsRow* exception = nullptr; // of the ceiling
  const config::GrantsRow* approved = nullptr;
};
std::string_view to_string(HeldAgainst::Is is); // "within", "excepted", "exceeds", "invalid"

/// `project`: a .python-sandbox.toml and the canonical directory that it is in. `diagnostics` say what is wrong with the file, or goes beyond.
HeldAgainst hold_against(const config::Ceiling& ceiling, const Project& project, const policy::Places& places, base::Fs& fs, Sources& sources, diag::Diagnostics& diagnostics);

} // namespace psbc::driver
