// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace psbc::cli {

/// The change from `before` to `after` in the form of `diff -u`, with three lines of context. `earlier` says which state
/// `before` is; the other is the one now.
std::string unified_diff(std::string_view name, std::string_view before, std::string_view after, std::string_view earlier = "built");

} // namespace psbc::cli
