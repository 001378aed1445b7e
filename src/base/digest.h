// SPDX-License-Identifier: MIT
// One cryptographic hash for every digest that psbc stores: an attacker can write the project
// directory, so that a digest must not be forgeable. BLAKE2b (RFC 7693), because an unchanged build
// consists of hashing, and SHA-256 without the processor's help takes four times as long.
#pragma once

#include <string>
#include <string_view>

namespace psbc::base {

/// Two lower-case hexadecimal digits for each byte.
std::string hex(std::string_view bytes);

/// BLAKE2b-256 without a key: 64 lower-case hexadecimal digits.
std::string digest(std::string_view bytes);

/// SHA-256, 32 bytes: for what others have chosen it for, such as ssh's fingerprints.
std::string sha256(std::string_view bytes);

} // namespace psbc::base
