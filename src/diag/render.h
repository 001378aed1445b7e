// SPDX-License-Identifier: MIT
// Diagnostics as people read them in a terminal: the form of rustc and ruff.
#pragma once

#include <string>

#include "diag/diagnostic.h"

namespace psbc::diag {

struct RenderOptions {
  bool color = false;
  int width = 100; // columns; longer source lines are cut around the labels
};

/// One diagnostic, ending with an empty line.
std::string render(const Diagnostic& diagnostic, const RenderOptions& options);
/// All of them in order, then one summary line ("2 errors, 1 warning").
std::string render(const Diagnostics& diagnostics, const RenderOptions& options);

} // namespace psbc::diag
