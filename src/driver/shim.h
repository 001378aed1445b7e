// SPDX-License-Identifier: MIT
// `psbc shim`: a directory that editors take for a virtual environment, and whose programs enter the sandbox.
//
// It lies in $XDG_DATA_HOME/psbc/shims/<id>, which no sandbox sees. Inside, the same path is a link to the real
// environment (policy/environment.cc): so sys.executable and sys.prefix, which editors ask for and then use outside,
// name the shim, and never the environment that code inside can write (THREATS D6).
//
// Each program is a file of one line, `#!/usr/local/bin/psbc shim-exec`: the kernel starts psbc with the file's path and
// the arguments as they are, without a shell. No links to psbc: editors resolve links, and would start psbc itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver/project.h"
#include "policy/places.h"

namespace psbc::driver {

/// What a shim knows of the day when it was made: an editor in a snap or a flatpak has other XDG variables.
struct ShimRecord {
  base::AbsPath root;                // of the project
  base::AbsPath state, data, config; // of the user, without `/psbc`
  base::AbsPath envs;
};
std::string serialise(const ShimRecord& record);
std::optional<ShimRecord> parse_shim_record(std::string_view bytes);

struct Shim {
  base::AbsPath directory;
  std::vector<std::string> programs; // in its bin/, sorted
  std::vector<base::AbsPath> links;  // of --at, that lead to it
  bool changed = false;
};

struct ShimRequest {
  const policy::Places& places;
  const Project& project;
  std::string name;          // of the sandbox
  base::AbsPath environment; // as psbc run would use it
  base::AbsPath self;        // psbc
  std::optional<base::AbsPath> at =
      std::nullopt; // one more name, a link; nothing of any sandbox may write there
};

/// Writes it, or makes an older one right. An Error when there is no environment yet.
base::Result<Shim> write_shim(base::Fs& fs, const ShimRequest& request);
/// The directory, last, and before it its links; nothing when there is none.
base::Result<std::vector<base::AbsPath>> files_of_shim(const policy::Places& places, const std::string& id);
/// What was removed; nothing when there was none.
base::Result<std::vector<base::AbsPath>> remove_shim(const policy::Places& places, const std::string& id);

/// A program of a shim that was started: `script` is its path as the kernel says it.
struct ShimCall {
  ShimRecord record;
  base::AbsPath program; // in the shim
};
base::Result<ShimCall> read_shim_call(const std::string& script);

/// Would a shim have a program of this name? Names come from an environment that code inside can write, and `sudo`
/// or `git` there must not become a program of the user's.
bool is_shim_program(std::string_view name);

} // namespace psbc::driver
