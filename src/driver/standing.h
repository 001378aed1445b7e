// SPDX-License-Identifier: MIT
// Whether a project may be entered with what its file asks for: by the user's approval, or by the organisation's.
#pragma once

#include <cstdint>

#include "driver/compile.h"

namespace psbc::driver {

struct Standing {
  enum class Is : std::uint8_t {
    approved,     // by the user
    organisation, // by `row` of its policy, and not refused by the user
    wider,        // than what the user approved, which stays in use
    denied,       // by the user
    never,
  } is = Is::never;
  const config::GrantsRow* row = nullptr; // of the ceiling

  bool may_enter() const { return is == Is::approved || is == Is::organisation; }
};
std::string_view to_string(Standing::Is is); // "approved", "organisation", "wider", "denied", "never"

Standing judge(const trust::Approval& approval, const trust::Capabilities& asked, const config::Ceiling& ceiling, const base::AbsPath& home);

/// The same of the file as it is. What could not be read is not there, and `diagnostics` say why.
struct Judged {
  std::optional<Asked> asked;
  std::optional<config::Ceiling> ceiling; // what `standing` points into
  Standing standing{};
};
Judged judge(const CompileInput& in, const trust::Approval& approval, Sources& sources, diag::Diagnostics& diagnostics);

} // namespace psbc::driver
