// SPDX-License-Identifier: MIT
// The one system call filter of an entered sandbox, as a BPF program for psbc's first process to
// load. It stands in for firejail's `seccomp`, `protocol`, `restrict-namespaces` and
// `seccomp.block-secondary` (four filters that cost 5 ms of the entry and leave io_uring and TIOCSTI
// open), and differs where those break Python: ptrace and NUMA calls work, and so does the list of
// network interfaces.
#pragma once

#include <string>

#include "base/result.h"
#include "config/config.h"

namespace psbc::emit {

/// The program as an array of `struct sock_filter`, for the architecture that psbc was built for.
/// With `ports` it also closes what Landlock does not see: UDP and all else that is not plain TCP, and the
/// way to connect that passes by its hook.
base::Result<std::string> compile_filter(config::NetworkAccess access = config::NetworkAccess::full);

} // namespace psbc::emit
