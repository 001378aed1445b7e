// SPDX-License-Identifier: MIT
// The organisation's /etc/psbc/policy.toml: read, when nobody but root could have written it.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "base/fs.h"
#include "config/config.h"
#include "diag/diagnostic.h"

namespace psbc::driver {

/// One that caps nothing when there is no such file. Nothing when `diagnostics` has errors: a policy that cannot be read, or that others
/// could have written (PSB808), is no reason to go on without one.
std::optional<config::Ceiling> load_ceiling(base::Fs& fs, std::deque<diag::SourceFile>& sources, diag::Diagnostics& diagnostics);

/// The first row of these grants that is not over, with `what` set; nullptr when there is none.
const config::GrantsRow* row_of(const config::Ceiling& ceiling, const std::string& digest, bool config::GrantsRow::*what);

} // namespace psbc::driver
