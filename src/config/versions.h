// SPDX-License-Identifier: MIT
// Comparisons of versions as Python's packaging writes them (PEP 440, without its wildcards): ">=0.9.72, !=0.9.73".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace psbc::config {

/// Three numbers, and a fourth that is 0 where it is missing.
using Version = std::array<std::uint16_t, 4>;

struct VersionRule {
  enum class Is : std::uint8_t { at_least, at_most, equal, unequal, above, below } is = Is::equal;
  Version than{};
};

/// Nothing for text that is not one to sixteen comparisons with a comma between them.
std::optional<std::vector<VersionRule>> parse_version_rules(std::string_view text);
/// Whether all of them hold.
bool holds(const std::vector<VersionRule>& rules, const Version& version);

} // namespace psbc::config
