// SPDX-License-Identifier: MIT
// Which project may use a sandbox name. A name is chosen by a repo, so two repos can choose the same
// one; ~/envs/<name> belongs to whoever came first, until it is cleaned or its directory is gone.
// The first one who claims wins; a clone cannot take the environment of another project over by
// calling itself the same.
//
//   <state>/names/<name>:   psbc claim 1
//                           root TAB path
// Versions: 1  the first. An unreadable claim counts as none.
#pragma once

#include <string>
#include <vector>

#include "base/fs.h"
#include "base/private_dir.h"

namespace psbc::trace {

struct Claim {
  bool owned = false;   // by the root that asked
  base::AbsPath holder; // who has the name now
};

class Claims {
 public:
  explicit Claims(const base::AbsPath& state_root) : path_(state_root / "names") {}

  /// Takes the name, unless another root that still is a directory has it. A name that is ours already
  /// is not written again. `fs` must not be a recorder: this is no fact of a build.
  base::Result<Claim> claim(const std::string& name, const base::AbsPath& root, base::Fs& fs) const;
  base::Result<std::optional<base::AbsPath>> holder(const std::string& name) const;
  /// Lets go of a name, if it is `root` that has it.
  base::Status release(const std::string& name, const base::AbsPath& root) const;
  /// The names that `root` has, sorted: after a rename in the file there may be an old one.
  base::Result<std::vector<std::string>> names_of(const base::AbsPath& root) const;

 private:
  base::Result<std::optional<base::PrivateDir>> open() const;
  base::AbsPath path_;
};

} // namespace psbc::trace
