// SPDX-License-Identifier: MIT
// psbc's first process inside: what firejail starts instead of the user's command. It proves the entry,
// finishes the sandbox, runs the command and reports how it ended.
#pragma once

namespace psbc::runtime {

/// The whole of the hidden subcommand `jail-init`: returns the exit status of the process. Everything it
/// needs comes through descriptor 3; started by anything else than `enter` it does nothing and says so.
int jail_init_main();

} // namespace psbc::runtime
