// SPDX-License-Identifier: MIT
#include "driver/remove.h"

#include <unistd.h>

#include "base/private_dir.h"
#include "driver/shim.h"
#include "trace/claims.h"
#include "trace/store.h"
#include "trust/store.h"

namespace psbc::driver {

using base::AbsPath;

namespace {

/// A link that leads below `target`; anything else is not ours.
bool remove_link(const AbsPath& link, const AbsPath& target) {
  base::RealFs fs;
  const auto text = fs.target(link);
  const auto path = text ? AbsPath::parse(*text) : std::nullopt;
  return path && path->is_under(target) && unlink(link.c_str()) == 0;
}

} // namespace

base::Result<std::vector<std::string>> remove_project(const policy::Places& places, const AbsPath& root, bool environment) {
  const std::string id = policy::project_id(root);
  const AbsPath sandbox = places.sandbox_root(id);
  base::RealFs fs;
  std::vector<std::string> removed;
  const auto shown = [&](const AbsPath& path) { return base::display_path(path, places.home); };

  const trace::Claims claims(places.state);
  TRY_ASSIGN(const std::vector<std::string> names, claims.names_of(root));
  for (const std::string& name : names) {
    const AbsPath profile = places.home / (".config/firejail/python-env-" + name + ".profile");
    if (remove_link(profile, places.build(id))) removed.push_back(shown(profile));
    if (environment)
      for (const AbsPath& link : {places.envs / name, places.home / (".cache/pysandbox-" + name)})
        if (remove_link(link, sandbox)) removed.push_back(shown(link));
  }
  for (const AbsPath& path : {places.state / "sessions" / id, places.state / "review" / id, places.temporary_of(id)}) {
    const auto holder = base::PrivateDir::open(path.parent());
    const std::string name(path.name());
    if (!holder || !holder->has(name)) continue;
    TRY(holder->remove(name));
    removed.push_back(shown(path));
  }
  if (fs.kind(places.build(id)) != base::Kind::absent) {
    TRY(trace::remove_build(places.state, id));
    removed.push_back("the build in " + shown(places.build(id)));
  }
  TRY_ASSIGN(const std::vector<AbsPath> shim, remove_shim(places, id));
  for (const AbsPath& path : shim) removed.push_back(shown(path));
  TRY_ASSIGN(const bool approved, trust::Store(places.state).revoke(id));
  if (approved) removed.push_back("the approval");
  // While the environment stays, so does the name that leads to it.
  if (environment || fs.kind(sandbox) == base::Kind::absent)
    for (const std::string& name : names) {
      TRY(claims.release(name, root));
      removed.push_back("the name " + name);
    }
  if (environment && fs.kind(sandbox) != base::Kind::absent) {
    TRY_ASSIGN(const base::PrivateDir all, base::PrivateDir::open(sandbox.parent()));
    TRY(all.remove(id));
    removed.push_back("environment, caches and state in " + shown(sandbox));
  }
  return removed;
}

} // namespace psbc::driver
