// SPDX-License-Identifier: MIT
// HMAC-SHA1, for one purpose: known_hosts with HashKnownHosts (Debian's default) holds each name as that.
// Nothing is protected by it here. libsodium has no SHA-1, and running ssh-keygen would take the lookup out
// of what a build can do with the bytes of a file alone.
#pragma once

#include <string>
#include <string_view>

namespace psbc::base {

/// RFC 2104 with SHA-1 (FIPS 180-4): 20 bytes.
std::string hmac_sha1(std::string_view key, std::string_view text);

} // namespace psbc::base
