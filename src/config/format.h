// SPDX-License-Identifier: MIT
// The rules of strings, by hand. The schemas say the same as patterns, for editors: std::regex would
// cost a tenth of psbc's start, and its messages could not say what to type. tests/conformance holds
// the two together.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/shape.h"
#include "diag/codes.h"

namespace psbc::config {

struct FormatProblem {
  std::string message; // completes "`what was written` "
  std::string help;
  diag::Code code = diag::Code::invalid_value;
  std::string same = {}; // what means the same and is right; empty: nothing does
};

/// What is wrong with `text`, which is valid UTF-8. The lengths of the shape are not its business.
std::optional<FormatProblem> check_format(Format format, std::string_view text);

} // namespace psbc::config
