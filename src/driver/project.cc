// SPDX-License-Identifier: MIT
#include "driver/project.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;

base::Result<std::optional<Project>> find_project(base::Fs& fs, const AbsPath& start) {
  TRY_ASSIGN(const base::Resolved resolved, resolve(fs, start));
  for (AbsPath at = resolved.path;; at = at.parent()) {
    if (fs.kind(at / config_name) != Kind::absent) return std::optional(Project{.root = at, .config_file = at / config_name});
    if (at.is_root()) return std::optional<Project>{};
  }
}

std::optional<AbsPath> find_firejail(base::Fs& fs) {
  // NixOS keeps setuid programs in /run/wrappers.
  for (const char* path : {"/usr/bin/firejail", "/usr/local/bin/firejail", "/run/wrappers/bin/firejail"}) {
    const auto resolved = resolve(fs, AbsPath::literal(path));
    if (resolved && resolved->kind == Kind::file) return resolved->path;
  }
  return std::nullopt;
}

base::Result<AbsPath> find_self(base::Fs& fs) {
  TRY_ASSIGN(const std::string target, fs.target(AbsPath::literal("/proc/self/exe")));
  const auto path = AbsPath::parse(target);
  if (!path || fs.kind(*path) != Kind::file)
    return base::Error{.operation = "find the psbc binary", .object = target, .code = 0,
                       .cause = "it was replaced or removed while it ran", .hint = "start psbc again"};
  return *path;
}

} // namespace psbc::driver
