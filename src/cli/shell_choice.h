// SPDX-License-Identifier: MIT
// Which shell `psbc enter` starts: --shell; else the shell that psbc was typed into, when it has a row in
// the shell table; else $SHELL, when it has one; else bash.
#pragma once

#include <string>

#include "cli/context.h"
#include "policy/shell_table.h"

namespace psbc::cli {

/// The program to start. Says in one line when that is not what the user is used to, or has no
/// integration. `asked`: the value of --shell, which is started whatever it is.
std::string choose_shell(const Context& context, const policy::Places& places, const std::string& asked);

/// The shell that a command is for; nullptr, and said, for one that psbc does not know.
const policy::Shell* known_shell(const std::string& shell, const char* what);

} // namespace psbc::cli
