// SPDX-License-Identifier: MIT
#pragma once

namespace psbc::runtime {

/// Closes every descriptor from `first` on: one that leads to a directory leads out of the sandbox
/// (THREATS C10).
void close_fds_from(int first);

} // namespace psbc::runtime
