// SPDX-License-Identifier: MIT
// What a project asks for and a developer wants, held against what their organisation allows at most (config::Ceiling). Each
// key of the ceiling caps the keys of its name, but for places: what is visible by `[workspace]`, or writable as an
// environment, is a place like any other, so that no second key is a way around the first. It caps files that repositories
// and developers write, and is no barrier against a developer who is root.
#pragma once

#include <vector>

#include "base/fs.h"
#include "config/config.h"
#include "policy/places.h"

namespace psbc::policy {

struct CeilingInput {
  const config::Ceiling& ceiling;
  const config::ProjectConfig& project;
  bool is_excepted = false;                   // the project's file may go beyond; the user's may not
  const config::UserConfig& user;
  const Places& places;
  const base::AbsPath& root;                  // of the project, canonical
  base::Fs& fs;
  const std::vector<base::AbsPath>& writable; // where a session could have made a link
};

/// An error (PSB514) for each entry that goes beyond, with the line that it goes beyond.
void check_ceiling(const CeilingInput& input, diag::Diagnostics& diagnostics);

} // namespace psbc::policy
