// SPDX-License-Identifier: MIT
// SHA-256 for every digest that psbc stores: the trust store needs a cryptographic hash, because an
// attacker can write the project directory; one algorithm for all is simpler than two.
#pragma once

#include <string>
#include <string_view>

namespace psbc::base {

/// 64 lower-case hexadecimal digits.
std::string sha256(std::string_view bytes);

} // namespace psbc::base
