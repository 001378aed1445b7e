// SPDX-License-Identifier: MIT
#include <algorithm>

#include "policy/passes/passes.h"
#include "policy/tree.h"

namespace psbc::policy {
namespace {

bool is_redundant(const std::vector<Rule>& kept, const Rule& rule) {
  const Rule* above = nearest_above(kept, rule.path);
  switch (rule.access) {
    case Access::closed:
      return false;
    case Access::pinned:
      return above == nullptr || above->access != Access::writable; // it would make writable what is not
    case Access::hidden:
      return above != nullptr && above->access == Access::closed; // not there anyway
    case Access::read_only:
    case Access::writable:
      return above != nullptr && above->access == rule.access;
  }
  return false;
}

} // namespace

Policy normalise(Policy policy) {
  std::vector<Rule>& rules = policy.rules;
  std::stable_sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) {
    if (a.path != b.path) return a.path < b.path;
    return strength(a.access) > strength(b.access);
  });
  std::vector<Rule> kept;
  std::optional<base::AbsPath> decided; // also where the strongest rule says nothing new: a weaker one must not take its place
  std::vector<base::AbsPath> unseen; // hidden where nothing is anyway: no weaker rule may show it, or what is below it
  for (Rule& rule : rules) {
    if (decided == rule.path) continue; // the stronger one came first
    // A pin keeps what is there and exposes nothing; where something else exposes it, that is a mount point as well.
    if (rule.access == Access::pinned && is_redundant(kept, rule)) continue;
    decided = rule.path;
    const bool below_hidden = std::any_of(kept.begin(), kept.end(), [&](const Rule& other) {
      return other.access == Access::hidden && rule.path.is_under(other.path);
    }) || std::any_of(unseen.begin(), unseen.end(), [&](const base::AbsPath& path) { return rule.path.is_under(path); });
    if (below_hidden) continue;
    if (!is_redundant(kept, rule)) kept.push_back(std::move(rule));
    else if (rule.access == Access::hidden) unseen.push_back(rule.path);
  }
  rules = std::move(kept);

  std::stable_sort(policy.aliases.begin(), policy.aliases.end(),
                   [](const Alias& a, const Alias& b) { return a.link < b.link; });
  policy.aliases.erase(std::unique(policy.aliases.begin(), policy.aliases.end(),
                                   [](const Alias& a, const Alias& b) { return a.link == b.link; }),
                       policy.aliases.end());
  std::sort(policy.pass.begin(), policy.pass.end());
  policy.pass.erase(std::unique(policy.pass.begin(), policy.pass.end()), policy.pass.end());
  return policy;
}

} // namespace psbc::policy
