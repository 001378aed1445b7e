// SPDX-License-Identifier: MIT
// `# psbc: ignore[PSB302] reason`, on the line of a finding or alone above it; `# psbc: file-ignore[PSB302] reason` before the
// first key; and the tables `[lint.ignore]` and `[lint.severity]`. They belong to whoever wrote the file, so they silence lint
// alone: no build, no approval and no entry knows of them.
#pragma once

#include <vector>

#include "lint/document.h"
#include "lint/lint.h"

namespace psbc::lint {

/// Marks the findings that the file suppresses, changes the severities that it changes, and adds what is wrong with either.
void apply_suppressions(const Document& document, const Options& options, std::vector<Finding>& findings);

} // namespace psbc::lint
