// SPDX-License-Identifier: MIT
// The system call filters that psbc's first process loads, compiled when psbc was built (filter_rules.h): they
// depend on the architecture alone, and libseccomp takes a tenth of a build to make one.
#pragma once

#include <string_view>

#include "config/config.h"

namespace psbc::emit {

/// A BPF program as an array of `struct sock_filter`. With `ports` it also closes what Landlock does not see.
std::string_view filter_for(config::NetworkAccess access);

} // namespace psbc::emit
