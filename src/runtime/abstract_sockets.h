// SPDX-License-Identifier: MIT
// On a kernel that cannot close abstract sockets (base/landlock.h), some of them are worth more than a
// warning: who reaches an X server reads every key that is typed, and needs no cookie on many systems;
// who reaches a session bus starts programs outside.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

struct ControlSocket {
  std::string name;      // "@/tmp/.X11-unix/X0"
  std::string_view what; // "the X server"
};

/// Of a text like /proc/net/unix, those that listen under a name of a display or a bus.
std::vector<ControlSocket> control_sockets(std::string_view proc_net_unix);

/// The error that keeps `enter` from entering: such a socket answers, nothing closes it, and the user has not
/// accepted that.
base::Status refuse_control_sockets(const emit::EnterPlan& plan);

} // namespace psbc::runtime
