// SPDX-License-Identifier: MIT
// Tokens as passwords of hosts: the one form that pip, uv, poetry, pdm, requests and curl all read.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

inline constexpr std::string_view netrc_path = ".netrc"; // below HOME

/// "machine HOST login USER password VALUE\n". A value `user:password` says its own user name. Fails, without the
/// value, when it holds what readers of the format understand differently.
base::Result<base::Secret> netrc_line(const emit::PlannedLogin& login, std::string_view value);

} // namespace psbc::runtime
