// SPDX-License-Identifier: MIT
// What psbc reads out of shells' files without running a shell.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace psbc::policy {

using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// The value that the last plain assignment `NAME=value` in a POSIX-like script gives, with quotes taken
/// off, `~/`, `$V`, `${V}` and `${V:-word}` expanded by `lookup`. Nothing when there is no assignment, or
/// when its value needs a shell (a command, an unknown variable).
std::optional<std::string> assigned_value(std::string_view script, std::string_view name, const Lookup& lookup);

/// fish_variables as lines `NAME=value`, one for each line of the file: fish writes a `-` of a token as
/// `\x2d`, which no scanner would recognise.
std::string plain_fish_variables(std::string_view text);

} // namespace psbc::policy
