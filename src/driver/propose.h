// SPDX-License-Identifier: MIT
// What `psbc init` proposes for a project: values only, the command writes them.
#pragma once

#include <string>
#include <vector>

#include "base/fs.h"
#include "driver/propose_workspace.h"

namespace psbc::driver {

struct Proposal {
  std::string name;
  std::vector<std::string> hidden;     // relative to the project
  std::vector<std::string> recognised; // "uv (uv.lock)", "an environment in .venv"
  WorkspaceProposal beside;            // what it uses outside of its own directory
  std::string text;                    // the file
};

/// `wanted_name` may be empty: then an old `.python-sandbox` decides, then the directory's name.
Proposal propose(base::Fs& fs, const base::AbsPath& root, const base::AbsPath& home, const std::string& wanted_name);

/// What python-sandbox's personal rules (python-env-template.local) mean for psbc: one sentence each,
/// saying what to put where. They are never included.
std::vector<std::string> translate_local_rules(const std::string& text);

} // namespace psbc::driver
