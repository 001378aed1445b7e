// SPDX-License-Identifier: MIT
// psbc lint --fix: from a text to one that its findings are mended in.
#pragma once

#include <functional>
#include <string>

#include "lint/report.h"

namespace psbc::lint {

/// What lint says of a text.
using Judge = std::function<FileReport(const std::string& text)>;

/// The text with its findings mended, again and again until nothing is left that could be: one fix can make room for the next.
/// Suppressed findings stay; those that change what the file means are mended when `unsafe_too` is set.
std::string mend(std::string text, const Judge& judge, bool unsafe_too);

} // namespace psbc::lint
