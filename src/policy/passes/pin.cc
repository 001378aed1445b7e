// SPDX-License-Identifier: MIT
// A mount protects an inode, not a name: `mv .git x; mkdir -p .git/hooks` walks around a read-only
// `.git/hooks` (THREATS D3), and `mv cfg cfg2` takes a hidden `cfg/.env` to a name that the next
// session does not hide (B4). A pinned directory is a mount point, so the rename fails with EBUSY.
#include "policy/passes/passes.h"
#include "policy/tree.h"

namespace psbc::policy {

Policy pin(Policy policy) {
  std::vector<Rule> pins;
  for (const Rule& rule : policy.rules) {
    if (rule.access != Access::hidden && rule.access != Access::read_only) continue;
    const Rule* above = nearest_above(policy.rules, rule.path);
    if (above == nullptr || above->access != Access::writable) continue;
    // The writable root itself is a mount point already: every emitter makes it one.
    for (base::AbsPath at = rule.path.parent(); at.is_strictly_under(above->path); at = at.parent()) {
      pins.push_back({.access = Access::pinned, .path = at,
                      .origin = {.source = rule.origin.source, .where = rule.origin.where,
                                 .reason = "must stay where it is: " + rule.origin.reason, .span = rule.origin.span}});
    }
  }
  for (Rule& rule : pins) policy.rules.push_back(std::move(rule));
  return normalise(std::move(policy));
}

} // namespace psbc::policy
