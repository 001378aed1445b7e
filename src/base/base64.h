// SPDX-License-Identifier: MIT
// Base64 (RFC 4648, 4), as ssh writes keys, salts and fingerprints.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace psbc::base {

/// Without `=` at the end, as in fingerprints.
std::string encode_base64(std::string_view bytes);
/// With or without `=`. Nothing for anything else, also for bits that stand for no byte.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace psbc::base
