// SPDX-License-Identifier: MIT
// Bytes leave psbc through one quoting function per language; each is tested by the real reader.
#pragma once

#include <string>
#include <string_view>

namespace psbc::base {

/// One word for sh, bash and zsh: any byte but NUL. Always in single quotes.
std::string quote_posix(std::string_view text);

/// One word for fish: any byte but NUL.
std::string quote_fish(std::string_view text);

} // namespace psbc::base
