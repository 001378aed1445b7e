// SPDX-License-Identifier: MIT
#include "policy/explain.h"

#include <algorithm>
#include <optional>

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr int most_links = 40; // as the kernel (path_resolution(7))

/// The rule that says most about the path. (Nothing is named below a hidden one: a law of policy/verify.h.) A pin says nothing about what can
/// be read or written.
const Rule* deciding(const Policy& policy, const AbsPath& path) {
  const Rule* best = nullptr;
  for (const Rule& rule : policy.rules) {
    if (rule.access == Access::pinned || !path.is_under(rule.path)) continue;
    if (best == nullptr || best->path.string().size() < rule.path.string().size()) best = &rule;
  }
  return best;
}

Seen seen_by(const Rule* rule) {
  if (rule == nullptr) return Seen::visible;
  switch (rule->access) {
    case Access::closed: return Seen::absent;
    case Access::read_only: return Seen::read_only;
    case Access::writable: return Seen::writable;
    case Access::hidden: return Seen::hidden;
    case Access::pinned: break;
  }
  return Seen::visible;
}

/// The alias that stands at the path, or above it, inside; the longest.
const Alias* alias_on(const Policy& policy, const AbsPath& path) {
  const Alias* best = nullptr;
  for (const Alias& alias : policy.aliases)
    if (alias.where != Alias::Where::host && path.is_under(alias.link) && (best == nullptr || best->link.string().size() < alias.link.string().size())) best = &alias;
  return best;
}

/// `target` in place of `link`, at the beginning of `path`.
std::optional<AbsPath> followed(const AbsPath& path, const AbsPath& link, const std::string& target) {
  const std::string rest = path == link ? "" : "/" + std::string(path.relative_to(link));
  return target.starts_with('/') ? AbsPath::parse(target + rest) : link.parent().join(target + rest);
}

/// The first component of the path that is a link outside.
std::optional<AbsPath> first_link(base::Fs& fs, const AbsPath& path) {
  std::vector<AbsPath> above;
  for (AbsPath at = path; at.string() != "/"; at = at.parent()) above.push_back(at);
  for (auto at = above.rbegin(); at != above.rend(); ++at) {
    const Kind kind = fs.kind(*at);
    if (kind == Kind::symlink) return *at;
    if (kind == Kind::absent) break;
  }
  return std::nullopt;
}

} // namespace

std::string_view to_string(Seen seen) {
  switch (seen) {
    case Seen::visible: return "visible";
    case Seen::read_only: return "read-only";
    case Seen::writable: return "writable";
    case Seen::hidden: return "hidden";
    case Seen::absent: return "absent";
  }
  return "";
}

Explanation explain(const Policy& policy, base::Fs& fs, const AbsPath& path) {
  Explanation out{.asked = path, .path = path};
  for (int n = 0; n < most_links; ++n) {
    if (const Alias* const alias = alias_on(policy, out.path)) {
      const auto next = followed(out.path, alias->link, alias->target);
      if (!next || *next == out.path) break;
      out.links.push_back(alias);
      out.path = *next;
      continue;
    }
    const auto link = first_link(fs, out.path);
    if (!link) break;
    const Seen there = seen_by(deciding(policy, *link)); // inside, the link is where its directory is
    if (there == Seen::absent || there == Seen::hidden) break;
    const auto target = fs.target(*link);
    const auto next = target ? followed(out.path, *link, *target) : std::nullopt;
    if (!next) break;
    out.path = *next;
  }
  out.rule = deciding(policy, out.path);
  out.seen = seen_by(out.rule);
  out.exists = fs.kind(out.path) != Kind::absent;
  if (out.path.is_strictly_under(policy.home)) {
    const std::string inside(out.path.relative_to(policy.home));
    const auto file = std::find_if(policy.home_files.begin(), policy.home_files.end(), [&](const HomeFile& one) { return one.path == inside; });
    if (file != policy.home_files.end() && out.seen == Seen::absent) out.written = &*file;
  }
  if (out.seen == Seen::absent)
    out.leads = (out.rule != nullptr && out.rule->path == out.path && out.rule->directory) || std::any_of(policy.rules.begin(), policy.rules.end(), [&](const Rule& rule) {
                  return (rule.access == Access::read_only || rule.access == Access::writable) && rule.path.is_strictly_under(out.path);
                });
  return out;
}

} // namespace psbc::policy
