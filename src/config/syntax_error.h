// SPDX-License-Identifier: MIT
// toml++ says where a text stops being TOML, in the words of its own grammar ("expected value, saw
// '~'"). Here that place becomes a message in the words of the person who typed it.
#pragma once

#include <cstdint>
#include <string_view>

#include "diag/diagnostic.h"

namespace psbc::config {

/// `offset` and `parser_message` are toml++'s. The text only decides, so that another version of
/// toml++ gives the same message; its own words are the last resort.
diag::Diagnostic explain_syntax_error(const diag::SourceFile& source, std::uint32_t offset,
                                      std::string_view parser_message);

} // namespace psbc::config
