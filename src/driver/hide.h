// SPDX-License-Identifier: MIT
// `psbc hide`: a secret moves out of the project, into a directory of the user's that no sandbox sees, and a link takes
// its place. Tools outside follow the link; inside it leads nowhere. Unlike a mount over a name, this holds whatever
// is renamed or replaced while a sandbox runs.
//
// Each step leaves a whole file under at least one of the two names, and nothing is ever overwritten.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/project.h"
#include "policy/places.h"

namespace psbc::driver {

struct HiddenFile {
  std::string name;   // relative to the project's root
  base::AbsPath kept; // where it is
  enum class State : std::uint8_t {
    linked,   // the project has the link
    replaced, // the project has something else under the name
    unlinked, // the project has nothing there
  } state = State::linked;
};

struct Hidden {
  HiddenFile file;
  std::optional<base::AbsPath> older; // a file of that name that was moved before; it was given this name
};

/// Moves `file`, a regular file of the user's own in the project, that no link shares and git does not track.
base::Result<Hidden> hide_file(base::Fs& fs, const policy::Places& places, const Project& project, const base::AbsPath& file);
/// Puts it back where the link is, or nothing.
base::Result<HiddenFile> unhide_file(base::Fs& fs, const policy::Places& places, const Project& project, const base::AbsPath& file);
/// Sorted by name.
base::Result<std::vector<HiddenFile>> hidden_files(base::Fs& fs, const policy::Places& places, const Project& project);

} // namespace psbc::driver
