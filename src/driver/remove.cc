// SPDX-License-Identifier: MIT
#include "driver/remove.h"

#include <unistd.h>

#include <cerrno>

#include "audit/chain.h"
#include "base/private_dir.h"
#include "driver/shim.h"
#include "trace/claims.h"
#include "trace/store.h"
#include "trust/store.h"

namespace psbc::driver {

using base::AbsPath;

namespace {

/// A link that leads below `target`; anything else is not ours.
bool is_link_below(const AbsPath& link, const AbsPath& target) {
  base::RealFs fs;
  const auto text = fs.target(link);
  const auto path = text ? AbsPath::parse(*text) : std::nullopt;
  return path && path->is_under(target);
}

std::function<base::Status()> unlinks(const AbsPath& link) {
  return [link]() -> base::Status { return unlink(link.c_str()) == 0 || errno == ENOENT ? base::ok() : base::system_error("remove", link.string()); };
}

std::function<base::Status()> removes(const AbsPath& path) {
  return [path]() -> base::Status {
    TRY_ASSIGN(const base::PrivateDir holder, base::PrivateDir::open(path.parent()));
    return holder.remove(std::string(path.name()));
  };
}

/// A directory of ours goes when nothing is in it.
std::function<base::Status()> removes_empty(const AbsPath& path) {
  return [path]() -> base::Status { return rmdir(path.c_str()) == 0 || errno == ENOENT || errno == ENOTEMPTY ? base::ok() : base::system_error("remove", path.string()); };
}

} // namespace

base::Result<std::vector<Removal>> removals_of(const policy::Places& places, const AbsPath& root, bool environment) {
  const std::string id = policy::project_id(root);
  const AbsPath sandbox = places.sandbox_root(id);
  base::RealFs fs;
  std::vector<Removal> out;
  const auto shown = [&](const AbsPath& path) { return base::display_path(path, places.home); };

  TRY_ASSIGN(const std::vector<std::string> names, trace::Claims(places.state).names_of(root));
  for (const std::string& name : names) {
    const AbsPath profile = places.home / (".config/firejail/python-env-" + name + ".profile");
    if (is_link_below(profile, places.build(id))) out.push_back({shown(profile), unlinks(profile)});
    if (environment)
      for (const AbsPath& link : {places.envs / name, places.home / (".cache/pysandbox-" + name)})
        if (is_link_below(link, sandbox)) out.push_back({shown(link), unlinks(link)});
  }
  for (const AbsPath& path : {places.state / "sessions" / id, places.state / "review" / id, places.state / "last" / id, places.temporary_of(id)}) {
    const auto holder = base::PrivateDir::open(path.parent());
    if (holder && holder->has(std::string(path.name()))) out.push_back({shown(path), removes(path)});
  }
  if (fs.kind(places.build(id)) != base::Kind::absent) out.push_back({"the build in " + shown(places.build(id)), [&places, id] { return trace::remove_build(places.state, id); }});
  TRY_ASSIGN(const std::vector<AbsPath> shim, files_of_shim(places, id));
  for (const AbsPath& path : shim) out.push_back({shown(path), path == places.shim(id) ? removes(path) : unlinks(path)});
  TRY_ASSIGN(const trust::Approval approval, trust::Store(places.state).lookup(id, root));
  if (approval.granted || !approval.denied.empty() || !approval.note.empty())
    out.push_back({"the approval", [&places, id]() -> base::Status {
                     TRY(trust::Store(places.state).revoke(id));
                     return base::ok();
                   }});
  // While the environment stays, so does the name that leads to it.
  if (environment || fs.kind(sandbox) == base::Kind::absent)
    for (const std::string& name : names) out.push_back({"the name " + name, [&places, name, root] { return trace::Claims(places.state).release(name, root); }});
  if (environment && fs.kind(sandbox) != base::Kind::absent) out.push_back({"environment, caches and state in " + shown(sandbox), removes(sandbox)});
  return out;
}

base::Result<std::vector<Removal>> removals_of_psbc(const policy::Places& places, bool environments) {
  std::vector<Removal> out;
  const auto shown = [&](const AbsPath& path) { return base::display_path(path, places.home); };
  const auto all_in = [&](const AbsPath& directory, const auto& is_wanted) -> base::Status {
    const auto opened = base::PrivateDir::open(directory);
    if (!opened) return opened.error().code == ENOENT ? base::ok() : base::Status(opened.error());
    TRY_ASSIGN(const std::vector<std::string> names, opened->names());
    for (const std::string& name : names)
      if (is_wanted(name)) out.push_back({shown(directory / name), removes(directory / name)});
    out.push_back({"", removes_empty(directory)});
    return base::ok();
  };
  TRY(all_in(places.state, [](const std::string& name) { return name != audit::directory_name; })); // evidence: whoever wants it gone says so
  TRY(all_in(places.data, [&](const std::string& name) { return name != "hidden" && (environments || name != "sandboxes"); }));
  // Also of projects whose names nobody knows any more.
  base::RealFs fs;
  if (environments)
    for (const AbsPath& directory : {places.envs, places.home / ".cache"})
      if (const auto names = fs.names(directory))
        for (const std::string& name : *names)
          if (is_link_below(directory / name, places.data / "sandboxes")) out.push_back({shown(directory / name), unlinks(directory / name)});
  if (base::PrivateDir::open(places.temporary)) TRY(all_in(places.temporary, [](const std::string&) { return true; }));
  return out;
}

} // namespace psbc::driver
