// SPDX-License-Identifier: MIT
// What the user approved: for each project root, the capabilities of its file. A cloned repo brings its own
// policy, and code inside a sandbox would love to edit it; so nothing is entered that was not approved.
//
//   <state>/trust/<id>:   psbc trust 2
//                         root TAB path
//                         granted TAB capabilities        (trust/capabilities.h; absent: only a denial)
//                         file TAB bytes
//                         denied TAB digest of capabilities
//
// Keyed on the root: a set that was approved for one directory says nothing about another, whatever that calls
// itself, because what a path grants depends on where it is, and because the code that comes with it is another.
// So a new clone or a worktree asks once. (Rejected: to carry an approval over by the set alone, or by the git
// remote: both are text that a hostile clone chooses.)
//
// The bytes are the last ones within the set: they are what is entered with while a wider file waits. A record is
// believed whole or not at all. Versions: 1  the bytes alone; 2  the set.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/path.h"
#include "base/private_dir.h"
#include "trust/capabilities.h"

namespace psbc::trust {

struct Approval {
  std::optional<Capabilities> granted; // nothing: never approved
  std::string config;                  // of .python-sandbox.toml
  std::string denied;                  // digest of the set that the user said no to; empty: none
  std::string note{};                  // why an approval on file does not count; may be empty
};

class Store {
 public:
  explicit Store(const base::AbsPath& state_root) : path_(state_root / "trust") {}

  base::Result<Approval> lookup(const std::string& id, const base::AbsPath& root) const;
  /// Atomic; takes the place of what was there.
  base::Status keep(const std::string& id, const base::AbsPath& root, const Approval& approval) const;
  /// Keeps `approval` in place of `seen`, unless somebody revoked or approved meanwhile: false then, and nothing is written.
  base::Result<bool> renew(const std::string& id, const base::AbsPath& root, const Approval& seen, const Approval& approval) const;
  /// Whether there was one.
  base::Result<bool> revoke(const std::string& id) const;
  /// The ids with an approval or a denial, sorted.
  base::Result<std::vector<std::string>> list() const;

 private:
  base::Result<std::optional<base::PrivateDir>> open() const;
  base::Status write(const base::PrivateDir& directory, const std::string& id, const base::AbsPath& root, const Approval& approval) const;
  base::AbsPath path_;
};

/// The name of a set: a denial sticks to it, and an organisation's policy names sets by it. The same for each developer who
/// has the places at the same names below their home.
std::string digest(const Capabilities& set, const base::AbsPath& home);

} // namespace psbc::trust
