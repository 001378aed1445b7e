// SPDX-License-Identifier: MIT
// Sockets that act outside for whoever connects: no file of a project can ask for one, under whatever
// name, and nothing that holds one can be asked for either.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/places.h"

namespace psbc::policy {

struct ControlSocket {
  /// `~/` is HOME; components may hold `*` and `?`; a path below one that matches
  /// matches as well. Without a slash: the last component of any path.
  std::string_view pattern;
  std::string_view what; // it does for a caller: completes "... "
};
std::span<const ControlSocket> control_sockets();

/// Why the canonical `path` is never granted: "signs with your keys".
std::optional<std::string_view> control_socket(const base::AbsPath& path, const Places& places);
/// The same for the program that listens, by the name in /proc/PID/comm.
std::optional<std::string_view> control_program(std::string_view comm);

} // namespace psbc::policy
