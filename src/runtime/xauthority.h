// SPDX-License-Identifier: MIT
// The file of X11's cookies (Xauth(3), Xau's AuRead.c): of each entry a family, and counted strings: address, number of
// the display, name and data; all numbers of 16 bits, big-endian.
#pragma once

#include <string>
#include <string_view>

namespace psbc::runtime {

/// The entries of `file` for the display `:N` of this machine alone: others open X servers elsewhere. A damaged rest is left out.
std::string local_cookies(std::string_view file, std::string_view display);

} // namespace psbc::runtime
