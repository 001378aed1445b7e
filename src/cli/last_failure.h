// SPDX-License-Identifier: MIT
// What the last command that failed inside was told by name: paths among its words that are there outside. Written when it ends, for
// `psbc explain --last`; nothing is traced for it. No other word of the command is kept: it may be a secret.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/path.h"
#include "policy/places.h"

namespace psbc::cli {

struct LastFailure {
  std::string program; // the first word
  int status = 0;
  std::vector<base::AbsPath> paths; // outside of the project; a few at most
};

/// A failure of its own is of no interest: nothing is said of it.
void keep_last_failure(const policy::Places& places, const std::string& id, const base::AbsPath& project, const base::AbsPath& cwd, const std::vector<std::string>& command, int status);
/// Nothing when none was kept.
std::optional<LastFailure> last_failure(const policy::Places& places, const std::string& id);

} // namespace psbc::cli
