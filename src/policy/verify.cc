// SPDX-License-Identifier: MIT
#include "policy/verify.h"

#include "policy/tree.h"

namespace psbc::policy {
namespace {

std::string said(const Rule& rule, const char* what) {
  return std::string(to_string(rule.access)) + " " + rule.path.string() + ": " + what;
}

std::optional<std::string> lowered(const Policy& policy) {
  for (const Rule& rule : policy.rules) {
    if (rule.origin.where.empty()) return said(rule, "has no origin");
    if (!exposes(rule)) continue;
    if (policy.home.is_under(rule.path)) return said(rule, "would expose the home directory");
    if (rule.access == Access::writable && policy.session.is_under(rule.path))
      return said(rule, "would make psbc's own state writable");
    for (const char* tree : {"/proc", "/sys", "/dev", "/run", "/tmp", "/var", "/etc", "/usr"})
      if (rule.path.string() == tree) return said(rule, "is a whole system tree");
  }
  return std::nullopt;
}

std::optional<std::string> normalised(const Policy& policy) {
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const Rule& rule = policy.rules[i];
    if (i > 0 && !(policy.rules[i - 1].path < rule.path)) return said(rule, "is out of order or said twice");
    for (std::size_t j = 0; j < i; ++j)
      if (policy.rules[j].access == Access::hidden && rule.path.is_under(policy.rules[j].path))
        return said(rule, "lies below something hidden");
    if (rule.access != Access::pinned) continue;
    const Rule* above = nearest_above(policy.rules, rule.path);
    if (above == nullptr || above->access != Access::writable) return said(rule, "would make writable what is not");
  }
  return std::nullopt;
}

/// Is `path` a mount point inside? Then it can be neither renamed nor replaced.
bool is_mount_point(const Policy& policy, const base::AbsPath& path) {
  for (const Rule& rule : policy.rules)
    if (rule.path == path) return rule.access != Access::closed;
  return false;
}

std::optional<std::string> pinned(const Policy& policy) {
  for (const Rule& rule : policy.rules) {
    if (rule.access != Access::hidden && rule.access != Access::read_only) continue;
    const Rule* above = nearest_above(policy.rules, rule.path);
    if (above == nullptr || above->access != Access::writable) continue;
    for (base::AbsPath at = rule.path.parent(); at.is_under(above->path); at = at.parent())
      if (!is_mount_point(policy, at)) return said(rule, ("its parent " + at.string() + " is not pinned").c_str());
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> broken_law(const Policy& policy, Stage stage) {
  auto broken = lowered(policy);
  if (!broken && stage >= Stage::normalised) broken = normalised(policy);
  if (!broken && stage >= Stage::pinned) broken = pinned(policy);
  return broken;
}

} // namespace psbc::policy
