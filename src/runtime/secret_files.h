// SPDX-License-Identifier: MIT
// Inside: where secrets get their last form.
#pragma once

#include <string>
#include <vector>

#include "runtime/session.h"

namespace psbc::runtime {

/// Writes each below `home`, the session's own tmpfs, with mode 0400 in directories that only its owner may list. What
/// is in the way of one is replaced.
base::Status write_secret_files(const std::vector<SecretFile>& files, const std::string& home);

/// "NAME=value" of each, for exec.
std::vector<base::Secret> assignments(const std::vector<SecretVariable>& secrets);

} // namespace psbc::runtime
