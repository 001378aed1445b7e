// SPDX-License-Identifier: MIT
// A session can replace anything in a place that it may write by a symlink. Followed at the next build,
// such a link would choose what is exposed; and what a link of the project's own leads to is protected
// only until a session removes the link (THREATS B4, B7, D7).
#include <algorithm>

#include "policy/lowering.h"
#include "policy/project_settings.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;
using base::Resolved;

std::vector<AbsPath> writable_places(const Lowering& lowering) {
  const LowerInput& in = lowering.in;
  std::vector<AbsPath> places = {in.root, lowering.out.root};
  const auto add = [&](const std::optional<AbsPath>& asked) {
    const auto resolved = asked ? resolve(in.fs, *asked) : base::Result<Resolved>(base::Error{});
    if (resolved && resolved->kind == Kind::directory) places.push_back(resolved->path);
  };
  add(in.places.envs / in.project.name.value);
  add(in.places.home / ".cache" / ("pysandbox-" + in.project.name.value));
  if (in.project.venv) add(expand(in.project.venv->value, in.root, in.places.home));
  for (const auto& entry : in.project.writable) add(expand(entry.value, in.root, in.places.home));
  if (lowering.top)
    for (const auto& entry : in.project.workspace.writable) add(lowering.top->join(entry.value));
  return places;
}

const Resolved::Link* planted_link(const Resolved& resolved, const std::vector<AbsPath>& writable) {
  for (const Resolved::Link& link : resolved.links)
    if (std::any_of(writable.begin(), writable.end(), [&](const AbsPath& place) { return link.link.is_strictly_under(place); }))
      return &link;
  return nullptr;
}

std::vector<const config::ProjectSettings*> settings_of(const config::UserConfig& user, base::Fs& fs, const AbsPath& root, const AbsPath& home,
                                                        const std::vector<AbsPath>& writable) {
  std::vector<const config::ProjectSettings*> out;
  for (const config::ProjectSettings& project : user.projects) {
    const auto named = expand(project.root.value, home, home);
    const auto there = named ? resolve(fs, *named) : base::Result<Resolved>(base::Error{});
    if (there && there->path == root && planted_link(*there, writable) == nullptr) out.push_back(&project);
  }
  return out;
}

const Resolved::Link* Lowering::planted(const Resolved& resolved) const { return planted_link(resolved, writable); }

bool Lowering::refuse_planted(const Resolved& resolved, const diag::Span& span) {
  const Resolved::Link* link = planted(resolved);
  if (link == nullptr) return false;
  report(diag::Code::symlink_escape, diag::Severity::error, span,
         shown(link->link) + " is a symlink in a place that the sandbox can write", "leads to " + shown(resolved.path),
         {"code inside could replace it, and choose what the next session sees"}, {"name the target itself"});
  return true;
}

} // namespace psbc::policy
