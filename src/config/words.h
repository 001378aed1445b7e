// SPDX-License-Identifier: MIT
// How the messages of this folder show what a person wrote.
#pragma once

#include <string>
#include <string_view>

#include "config/value.h"

namespace psbc::config {

/// In backticks, escaped, cut after 60 code points.
std::string quoted(std::string_view text);
/// As a TOML string that means exactly `text`: in help, where it is typed off or copied.
std::string toml_string(std::string_view text);
/// "an array", "a string".
std::string_view with_article(Type type);
/// The source of a span when it is short and on one line, escaped; else empty.
std::string short_source(const diag::Span& span);

} // namespace psbc::config
