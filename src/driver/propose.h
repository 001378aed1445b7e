// SPDX-License-Identifier: MIT
// What `psbc init` proposes for a project: values only, the command writes them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/fs.h"
#include "driver/predecessor.h"
#include "driver/propose_workspace.h"

namespace psbc::driver {

struct Proposal {
  std::string name;
  std::vector<ProposedPath> readonly;
  std::vector<ProposedPath> writable;
  std::vector<ProposedPath> hidden;    // relative to the project
  std::vector<ProposedPath> workspace; // readonly of [workspace]
  std::string gpu; // why the graphics card is asked for; empty when it is not
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> recognised; // "uv (uv.lock)", "an environment in .venv"
  std::vector<std::string> services;   // "PostgreSQL on 127.0.0.1:5432 (compose.yaml): ..."
  std::string text;                    // the file: each line says why it is there
};

/// `wanted_name` may be empty: then an old `.python-sandbox` decides, then the directory's name. `old` is what
/// `--migrate` takes over.
Proposal propose(base::Fs& fs, const base::AbsPath& root, const base::AbsPath& home, const std::string& wanted_name, const OldRules& old = {});

/// The first line of an old `.python-sandbox`; empty when there is none.
std::string old_name(base::Fs& fs, const base::AbsPath& root);

/// A first ~/.config/psbc/config.toml of personal rules.
std::string write_user_config(const OldRules& rules);

} // namespace psbc::driver
