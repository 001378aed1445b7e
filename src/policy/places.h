// SPDX-License-Identifier: MIT
// Where psbc keeps its things on this machine, and the identity of a project.
#pragma once

#include <string>

#include "base/env.h"
#include "base/fs.h"

namespace psbc::policy {

/// What an organisation allows at most (config::Ceiling). A constant: a variable that named another file would be the way around it.
inline const base::AbsPath& ceiling_file() {
  static const base::AbsPath path = base::AbsPath::literal("/etc/psbc/policy.toml");
  return path;
}

struct Places {
  base::AbsPath home;   // canonical
  base::AbsPath state;  // $XDG_STATE_HOME/psbc: builds, trust, names; never visible inside
  base::AbsPath data;   // $XDG_DATA_HOME/psbc: one root per sandbox
  base::AbsPath config; // $XDG_CONFIG_HOME/psbc: the user's own file
  base::AbsPath envs;   // where environments appear: $PSBC_ENVS_PATH, the seed's PYSANDBOX_ENVS_PATH, ~/envs

  base::AbsPath temporary; // /tmp/psbc-<uid>
  base::AbsPath runtime;   // /run/user/<uid>: what a login keeps for its programs, and firejail's ${RUNUSER}

  base::AbsPath user_config() const { return config / "config.toml"; }
  base::AbsPath sandbox_root(const std::string& id) const { return data / ("sandboxes/" + id); }
  /// Short, because the path of a unix socket has at most 107 bytes, and Python's are made below TMPDIR.
  base::AbsPath temporary_of(const std::string& id) const { return temporary / id.substr(id.rfind('-') + 1); }
  /// What `psbc hide` moved out of a project, under the names that it had there. No sandbox sees it.
  base::AbsPath hidden(const std::string& id) const { return data / ("hidden/" + id); }
  /// What `psbc shim` writes. Outside, programs that enter the sandbox; inside, a link to the real environment.
  base::AbsPath shim(const std::string& id) const { return data / ("shims/" + id); }
  base::AbsPath build(const std::string& id) const { return state / ("builds/" + id); }
  base::AbsPath session(const std::string& id) const { return build(id) / "inside"; }
};

/// A relative XDG value is ignored, as the specification asks. An Error when HOME is not an absolute
/// path of a directory.
base::Result<Places> find_places(base::Fs& fs, const base::Env& env);

/// The absolute path that `~`, `~/x`, `/x` or `x` (relative to `base`) means, before links.
std::optional<base::AbsPath> expand(std::string_view text, const base::AbsPath& base, const base::AbsPath& home);

/// `<basename>-<12 hex>`: made of the canonical root alone. A name that a repository chooses never
/// decides whose files a sandbox gets (THREATS D6b, D7).
std::string project_id(const base::AbsPath& root);

} // namespace psbc::policy
