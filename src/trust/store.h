// SPDX-License-Identifier: MIT
// What the user approved: for each project root, the bytes of the config as they were then. A cloned
// repo brings its own policy, and code inside a sandbox would love to edit it; so nothing is entered
// that was not approved, and an approval of one root says nothing about another.
//
//   <state>/trust/<id>:   psbc trust 1
//                         root TAB path
//                         file TAB name TAB digest TAB bytes
//
// The bytes are kept so that a change can be shown as a diff. An approval is believed whole or not at
// all: a record word that this version does not know may narrow what was approved, so a file with one
// counts as never approved. Versions: 1  the first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/path.h"
#include "base/private_dir.h"

namespace psbc::trust {

enum class Verdict : std::uint8_t { approved, changed, never };

struct Approval {
  Verdict verdict = Verdict::never;
  std::optional<std::string> approved_bytes; // what was approved, unless never
  std::string note;                          // why an approval on file does not count; may be empty
};

class Store {
 public:
  explicit Store(const base::AbsPath& state_root) : path_(state_root / "trust") {}

  /// Pass the very bytes that were parsed, not a second reading of the file.
  base::Result<Approval> lookup(const std::string& id, const base::AbsPath& root,
                                std::string_view config) const;
  base::Status approve(const std::string& id, const base::AbsPath& root, std::string_view config) const;
  /// Whether there was one.
  base::Result<bool> revoke(const std::string& id) const;
  /// The ids with an approval, sorted.
  base::Result<std::vector<std::string>> list() const;

 private:
  base::Result<std::optional<base::PrivateDir>> open() const;
  base::AbsPath path_;
};

} // namespace psbc::trust
