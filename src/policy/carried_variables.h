// SPDX-License-Identifier: MIT
// Variables of company networks: proxies, certificates, package indexes. Tools obey them, pip inside must obey the same
// ones as outside, and many people keep a password in one. docs/indexes.md is this table.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace psbc::policy {

struct CarriedVariable {
  enum class Kind : std::uint8_t {
    plain, // crosses
    proxy, // crosses unless it holds a user name or a password
    file,  // a file or a directory of certificates; exposed read-only, and crosses when it is visible
    index, // one address or several: cross without what stands before a host; with another secret, nothing is entered
  };
  std::string_view name;
  Kind kind = Kind::plain;
};

/// Sorted by name.
std::span<const CarriedVariable> carried_variables();

} // namespace psbc::policy
