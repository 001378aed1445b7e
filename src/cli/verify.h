// SPDX-License-Identifier: MIT
// What `psbc verify` finds, for who shows it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "runtime/verify/probes.h"

namespace psbc::cli {

enum class Attack : std::uint8_t { stopped, through, open, unknown };

struct AttackRow {
  const runtime::Probe& probe;
  Attack came_to;
  std::string why; // empty: as it should be
  const char* verdict() const; // for programs: "pass", "fail", "open", "unknown"
};

struct Verified {
  std::string name;
  base::AbsPath root;
  std::vector<AttackRow> rows;
  std::array<int, 4> counts{}; // in the order of Attack
  std::string summary() const; // "60 passed, 0 failed, 1 open, 5 cannot be told here"
};

/// Nothing, and said why, with the status to exit with, when the attacks could not be tried.
std::optional<Verified> try_attacks(Context& context, const VerifyOptions& options, int& status);

} // namespace psbc::cli
