// SPDX-License-Identifier: MIT
// psbc's own globs: firejail's `**` is a plain `*`, so recursive patterns are expanded here
// (THREATS B5). `*`, `?` and `[...]` match within one component, `**` any number of components.
// A dot file is a file like any other: a hidden `*` that misses `.env` would be a trap.
#pragma once

#include <string>
#include <string_view>

namespace psbc::base {

bool has_glob(std::string_view text);
/// The pattern that matches `text` and nothing else.
std::string literal_glob(std::string_view text);
/// One component against one component of a pattern.
bool matches_component(std::string_view pattern, std::string_view name);

} // namespace psbc::base
