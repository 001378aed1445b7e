// SPDX-License-Identifier: MIT
// URLs as people write them into settings: where a name and a password stand in them, and how to leave those out
// (RFC 3986, 3.2.1: userinfo ends at the last `@` before the path). Works on text, because a file holds other things too.
#pragma once

#include <string>
#include <string_view>

namespace psbc::base {

/// Whether a value, with or without a scheme, carries a user name or a password before its host.
bool has_userinfo(std::string_view url);

/// `text` with each `scheme://user:password@host` in it as `scheme://host`. A token alone in the place of the user
/// goes as well: indexes take one there.
std::string without_userinfo(std::string_view text);

/// The host of a URL, in lower case, without port; empty when it has none.
std::string url_host(std::string_view url);

} // namespace psbc::base
