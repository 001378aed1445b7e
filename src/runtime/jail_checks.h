// SPDX-License-Identifier: MIT
// The proof of entry, and that the sandbox is the one that was compiled: run by psbc's first process
// before any foreign instruction. Each function returns the first thing that is not as it must be.
#pragma once

#include <string>

#include "base/result.h"
#include "emit/enter_plan.h"
#include "runtime/session.h"

namespace psbc::runtime {

/// firejail built a sandbox for this very entry: the nonce came through `--env`, no privilege can be
/// gained, HOME is a new tmpfs, the network is its own where the plan says so, and the read-only session file names the sandbox.
base::Status prove_entry(const emit::EnterPlan& plan, const Session& session, const char* found_nonce);

/// Hidden paths cannot be opened, read-only ones lie on read-only mounts, pinned ones are mount points.
base::Status check_paths(const emit::EnterPlan& plan);

/// Goes to `cwd`, which must be the same directory as outside: firejail falls back to HOME silently,
/// and a closed directory such as /opt is there but is another one.
base::Status enter_directory(const std::string& cwd, const FileIdentity& outside);

} // namespace psbc::runtime
