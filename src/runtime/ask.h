// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace psbc::runtime {

/// Asks for one line on the controlling terminal, without echo. The terminal is as it was afterwards, also when a
/// signal ends psbc meanwhile. An Error when there is no terminal, or it was ended instead of answered.
base::Result<base::Secret> ask_on_terminal(const std::string& prompt);

} // namespace psbc::runtime
