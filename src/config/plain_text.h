// SPDX-License-Identifier: MIT
// The first checkpoint: what a file must be before it is read as TOML. What a reviewer sees is what
// psbc reads: text whose characters are all visible (THREATS E2).
#pragma once

#include "diag/diagnostic.h"

namespace psbc::config {

/// UTF-8 without byte order mark, control characters and invisible characters, comments included; at
/// most max_file_size bytes.
bool check_plain_text(const diag::SourceFile& source, diag::Diagnostics& diagnostics);

} // namespace psbc::config
