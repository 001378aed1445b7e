// SPDX-License-Identifier: MIT
#include "driver/provision.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/private_dir.h"
#include "policy/tree.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;
using base::Status;

namespace {

Status put_link(const AbsPath& link, const std::string& target) {
  base::RealFs fs;
  if (const auto old = fs.target(link); old && *old == target) return base::ok();
  const AbsPath temporary = link.parent() / ("." + std::string(link.name()) + ".psbc");
  unlink(temporary.c_str());
  if (symlink(target.c_str(), temporary.c_str()) != 0 || rename(temporary.c_str(), link.c_str()) != 0)
    return base::system_error("make the link", link.string());
  return base::ok();
}

class Provisioner {
 public:
  Status directory(const AbsPath& path, mode_t mode) {
    base::RealFs fs;
    const auto resolved = resolve(fs, path);
    if (resolved && resolved->kind == Kind::directory) return base::ok();
    TRY(base::make_directories(path, mode));
    ++made_;
    return base::ok();
  }

  /// The directories that host links lead to. A session can put links in the place of any of them, so
  /// none is followed here, and one that cannot be made is left to psbc's first process inside.
  Status inside_root(const policy::Policy& policy) {
    base::RealFs fs;
    const bool is_new = fs.kind(policy.root) == Kind::absent;
    TRY(base::make_directories(policy.root.parent(), 0700));
    TRY_ASSIGN(const base::PrivateDir root, base::PrivateDir::make(policy.root));
    for (const char* part : {"cache", "home", "state"}) static_cast<void>(root.make(part));
    if (const auto envs = root.make("envs"))
      for (const policy::Alias& alias : policy.aliases)
        if (const auto target = AbsPath::parse(alias.target); target && target->parent() == policy.root / "envs")
          static_cast<void>(envs->make(std::string(target->name())));
    made_ += is_new ? 1 : 0;
    return base::ok();
  }

  /// A link that leads elsewhere is made anew by rename, so there is always one.
  Status link(const AbsPath& link, const std::string& target) {
    base::RealFs fs;
    if (const auto old = fs.target(link); old && *old == target) return base::ok();
    TRY(base::make_directories(link.parent(), 0755));
    TRY(put_link(link, target));
    ++made_;
    return base::ok();
  }

  int made() const { return made_; }

 private:
  int made_ = 0;
};

} // namespace

base::Result<int> provision(const policy::Policy& policy, const policy::Places& places, const AbsPath& self) {
  Provisioner make;
  // Absent, it would be made by the first sandbox that can write ~/.config, with a globals.local that
  // every later sandbox obeys (THREATS A6, firejail #7154).
  TRY(make.directory(places.home / ".config/firejail", 0755));
  TRY(make.directory(places.state, 0700));
  TRY(make.directory(places.data, 0700));
  TRY(make.inside_root(policy));
  TRY(make.directory(policy.session, 0700));
  // psbc itself, under a name that it looks at before it becomes the program of that name (cli/inside_git.h).
  const AbsPath programs = policy.session / policy::session_programs;
  TRY(base::make_directories(programs, 0700));
  TRY(put_link(programs / "git", self.string()));
  for (const policy::Rule& rule : policy.rules)
    if (!rule.exists && policy::exposes(rule))
      TRY(make.directory(rule.path, rule.access == policy::Access::writable ? 0700 : 0755));
  for (const policy::Alias& alias : policy.aliases) {
    const auto target = AbsPath::parse(alias.target);
    if (alias.where == policy::Alias::Where::inside || !target || !target->is_under(policy.root)) continue;
    TRY(make.link(alias.link, alias.target));
  }
  return make.made();
}

base::Result<bool> link_profile(const policy::Policy& policy, const policy::Places& places) {
  base::RealFs fs;
  const AbsPath link = places.home / ".config/firejail" / ("python-env-" + policy.name + ".profile");
  const std::string target = (places.build(policy.id) / "current/standalone.profile").string();
  const Kind kind = fs.kind(link);
  if (kind == Kind::symlink) {
    const auto old = fs.target(link);
    const auto path = old ? AbsPath::parse(*old) : std::nullopt;
    if (!path || !path->is_under(places.state)) return false;
  } else if (kind != Kind::absent) {
    return false;
  }
  Provisioner make;
  TRY(make.link(link, target));
  return true;
}

} // namespace psbc::driver
