// SPDX-License-Identifier: MIT
// psbc's own globs: firejail's `**` is a plain `*`, so recursive patterns are expanded here
// (THREATS B5). `*`, `?` and `[...]` match within one component, `**` any number of components.
// A dot file is a file like any other: a hidden `*` that misses `.env` would be a trap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace psbc::base {

bool has_glob(std::string_view text);
/// The pattern that matches `text` and nothing else.
std::string literal_glob(std::string_view text);
/// One component against one component of a pattern.
bool matches_component(std::string_view pattern, std::string_view name);

/// What `**` at the end of a pattern matches: the directory as well (psbc's `hidden`), or only what is in it (gitignore(5)).
enum class Trailing : std::uint8_t { itself, below };
/// A path against a pattern, both relative; `**` as a whole component is any number of them.
bool matches_path(std::string_view pattern, std::string_view path, Trailing trailing);

} // namespace psbc::base
