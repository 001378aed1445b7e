// SPDX-License-Identifier: MIT
#include "policy/tree.h"

namespace psbc::policy {

int strength(Access access) {
  switch (access) {
    case Access::closed: return 0;
    case Access::writable: return 1;
    case Access::pinned: return 2;
    case Access::read_only: return 3;
    case Access::hidden: return 4;
  }
  return 0;
}

namespace {

/// The deepest rule at or above `path`; pins say nothing about access, so they are passed over.
const Rule* governing(const std::vector<Rule>& rules, const base::AbsPath& path, bool strictly) {
  const Rule* best = nullptr;
  for (const Rule& rule : rules) {
    if (rule.access == Access::pinned || !(strictly ? path.is_strictly_under(rule.path) : path.is_under(rule.path))) continue;
    if (best == nullptr || rule.path.string().size() >= best->path.string().size()) best = &rule;
  }
  return best;
}

} // namespace

const Rule* nearest_above(const std::vector<Rule>& rules, const base::AbsPath& path) { return governing(rules, path, true); }

bool exposes(const Rule& rule) { return rule.access == Access::read_only || rule.access == Access::writable; }

bool is_visible(const std::vector<Rule>& rules, const base::AbsPath& path) {
  const Rule* rule = governing(rules, path, false);
  return rule == nullptr || (rule->access != Access::closed && rule->access != Access::hidden);
}

bool is_writable(const std::vector<Rule>& rules, const base::AbsPath& path) {
  const Rule* rule = governing(rules, path, false);
  return rule != nullptr && rule->access == Access::writable;
}

} // namespace psbc::policy
