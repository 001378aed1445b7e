// SPDX-License-Identifier: MIT
#include "driver/provision.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;
using base::Status;

namespace {

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

  /// A link that leads elsewhere is made anew by rename, so there is always one.
  Status link(const AbsPath& link, const std::string& target) {
    base::RealFs fs;
    if (const auto old = fs.target(link); old && *old == target) return base::ok();
    TRY(base::make_directories(link.parent(), 0755));
    const AbsPath temporary = link.parent() / ("." + std::string(link.name()) + ".psbc");
    unlink(temporary.c_str());
    if (symlink(target.c_str(), temporary.c_str()) != 0 || rename(temporary.c_str(), link.c_str()) != 0)
      return base::system_error("make the link", link.string());
    ++made_;
    return base::ok();
  }

  int made() const { return made_; }

 private:
  int made_ = 0;
};

} // namespace

base::Result<int> provision(const policy::Policy& policy, const policy::Places& places) {
  Provisioner make;
  // Absent, it would be made by the first sandbox that can write ~/.config, with a globals.local that
  // every later sandbox obeys (THREATS A6, firejail #7154).
  TRY(make.directory(places.home / ".config/firejail", 0755));
  TRY(make.directory(places.state, 0700));
  TRY(make.directory(places.data, 0700));
  for (const char* part : {"env", "cache", "state", "home"}) TRY(make.directory(policy.root / part, 0700));
  TRY(make.directory(policy.session, 0700));
  for (const policy::Rule& rule : policy.rules)
    if (!rule.exists && rule.access == policy::Access::read_only) TRY(make.directory(rule.path, 0755));
  for (const policy::Alias& alias : policy.aliases) {
    const auto target = AbsPath::parse(alias.target);
    if (target && target->is_under(policy.root)) TRY(make.link(alias.link, alias.target));
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
