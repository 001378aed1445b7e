// SPDX-License-Identifier: MIT
#include "policy/passes/passes.h"
#include "policy/verify.h"

namespace psbc::policy {

std::optional<Policy> run_passes(Policy policy, std::string& broken) {
  struct Pass {
    const char* name;
    Policy (*run)(Policy);
    Stage reaches;
  };
  static constexpr Pass passes[] = {
      {"normalise", normalise, Stage::normalised},
      {"pin", pin, Stage::pinned},
  };
  if (auto law = broken_law(policy, Stage::lowered)) {
    broken = "after lowering: " + *law;
    return std::nullopt;
  }
  for (const Pass& pass : passes) {
    policy = pass.run(std::move(policy));
    if (auto law = broken_law(policy, pass.reaches)) {
      broken = std::string("after ") + pass.name + ": " + *law;
      return std::nullopt;
    }
  }
  return policy;
}

} // namespace psbc::policy
