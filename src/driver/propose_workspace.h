// SPDX-License-Identifier: MIT
// What a project uses of the directories beside it: proposed as `[workspace]` where they lie in the same git
// repository, as `readonly` where they do not.
#pragma once

#include <string>
#include <vector>

#include "base/fs.h"

namespace psbc::driver {

struct ProposedPath {
  std::string path; // from the repository's top level; or "~/x", "/x"
  std::string why;  // what asks for it
};

struct WorkspaceProposal {
  std::vector<ProposedPath> workspace; // readonly of [workspace]
  std::vector<ProposedPath> readonly;  // outside of the repository
};

/// Sorted, each path once, nothing below another one. A path that is not there, holds the project, or could
/// not stand in the file, is not proposed.
WorkspaceProposal propose_workspace(base::Fs& fs, const base::AbsPath& root, const base::AbsPath& home);

} // namespace psbc::driver
