// SPDX-License-Identifier: MIT
// The codes of all diagnostics; codes.def is their one home.
#pragma once

#include <cstdint>
#include <string_view>

namespace psbc::diag {

enum class Code : std::uint8_t {
#define PSBC_CODE(id, name, slug) name,
#include "diag/codes.def"
#undef PSBC_CODE
};

std::string_view id(Code code);   // "PSB0101"
std::string_view slug(Code code); // "unknown-key"

} // namespace psbc::diag
