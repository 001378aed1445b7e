// SPDX-License-Identifier: MIT
// From what a rule says to a finding, and from all of them to what is reported: where they are, which of them the file suppresses, who sees them, in which order.
#pragma once

#include <string>
#include <vector>

#include "diag/diagnostic.h"
#include "lint/document.h"
#include "lint/lint.h"

namespace psbc::lint {

/// A finding with the severity of its rule; where something mends it, with the kind of the rule's fix.
diag::Diagnostic made(diag::Code code, const diag::Span& span, std::string message, std::vector<std::string> notes, std::vector<std::string> help, std::vector<diag::Edit> mend = {});

std::vector<Finding> finish(const Document& document, const Options& options, const diag::Diagnostics& diagnostics);

} // namespace psbc::lint
