// SPDX-License-Identifier: MIT
// From what rules say of a file to findings: where they are, which of them the file suppresses, who sees them, in which order.
#pragma once

#include <vector>

#include "diag/diagnostic.h"
#include "lint/document.h"
#include "lint/lint.h"

namespace psbc::lint {

std::vector<Finding> finish(const Document& document, const Options& options, const diag::Diagnostics& diagnostics);

} // namespace psbc::lint
