// SPDX-License-Identifier: MIT
// One path, written so that firejail finds exactly that entry. Profiles have no quotes, so an odd byte
// becomes `?` and a wildcard becomes `[*]`: such a text must then be proved to match nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "emit/firejail_version.h"

namespace psbc::emit {

struct Spelling {
  std::string text;
  std::string impossible; // why firejail cannot be told this path; empty when `text` is usable
  bool is_glob = false;   // `text` must be proved to match exactly one entry
};

enum class PathUse : std::uint8_t { whitelist, blacklist, read_only, private_cwd };

Spelling spell(std::string_view path, PathUse use, FirejailVersion version);

} // namespace psbc::emit
