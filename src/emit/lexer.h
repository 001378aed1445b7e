// SPDX-License-Identifier: MIT
// A model of how firejail reads a profile (FIREJAIL B1). It has no quotes and no escapes: a `#`, a
// second blank or an over-long comment silently turns a line into another one, so psbc reads back
// every line that it writes, with this, before anything else does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "emit/firejail_version.h"

namespace psbc::emit {

/// firejail reads lines by fgets into 8192 bytes: of a longer one the rest becomes a line of its own,
/// even when it was a comment.
inline constexpr std::size_t longest_line = 8190;

struct Line {
  std::uint32_t number = 0; // as firejail counts
  std::string directive;    // "caps.drop"; a conditional such as "?HAS_X11:" is one too
  std::string argument;     // what firejail is left with; empty when there is none
};

struct Trouble {
  std::uint32_t number = 0;
  std::string reason; // completes "firejail ..."
};

struct Lexed {
  std::vector<Line> lines;
  std::optional<Trouble> aborts;  // the first line because of which firejail does not start
  std::vector<Trouble> deaf;      // accepted, and without any effect
};

Lexed lex(std::string_view profile, FirejailVersion version);

/// Why this firejail cannot whitelist a path: it empties a top directory by that, of which the path must be
/// strictly below, and 0.9.64.4 knows few.
std::optional<std::string> bad_whitelist(std::string_view path, FirejailVersion version);

/// The bytes that this firejail refuses in a path, wildcards aside.
bool is_refused_in_path(char byte, FirejailVersion version);

} // namespace psbc::emit
