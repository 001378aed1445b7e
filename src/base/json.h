// SPDX-License-Identifier: MIT
// As much of JSON (RFC 8259) as psbc needs: to write text, and to look one thing up in what a service answered.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::base {

/// With its quotes; what is not UTF-8 is replaced, and what a terminal would obey or not show is escaped.
std::string json_text(std::string_view text);
/// A list of strings.
std::string json_list(const std::vector<std::string>& list);

/// The strings, numbers, `true`, `false` and `null` at and below the member that `path` names, in their order; of
/// several members of one name the last. Nothing when there is no such member, or the text is no JSON or nests deeper
/// than 32.
std::optional<std::vector<std::string>> json_scalars(std::string_view text, std::span<const std::string_view> path);

} // namespace psbc::base
