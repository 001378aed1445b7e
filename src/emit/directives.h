// SPDX-License-Identifier: MIT
// firejail's directives, as far as psbc emits them or lets a user's own template add them: since which
// version each exists, what its argument is, and what stands in for it where it is missing.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/fixed_text.h"
#include "emit/firejail_version.h"

namespace psbc::emit {

enum class Argument : std::uint8_t {
  none,
  optional,  // `seccomp`, `private-cwd`
  word,      // anything, but something
  glob,      // a path in which `* ? [` are wildcards
  plain,     // a path in which they are refused
  variable,  // NAME=value
};

/// What a profile may do with a directive.
enum class Role : std::uint8_t {
  rule,      // says which files: must be exactly what the policy asks for
  baseline,  // takes something away: always allowed, and required where psbc's own template has it
  narrowing, // takes something away: a user's template may add it
  fixed,     // right with one argument only, the one in psbc's own template
  refused,   // can give something back, or reads other files
};

/// What happens on a firejail that does not have the directive.
enum class Missing : std::uint8_t {
  never,    // all versions have it
  covered,  // left out: something else has the same effect
  said,     // left out, and the first line of the profile says what this firejail does not hold
};

struct Directive {
  base::FixedText<32> name;
  Argument argument = Argument::none;
  Role role = Role::refused;
  FirejailVersion since{};
  FirejailVersion until{0xffff, 0, 0}; // exclusive
  Missing missing = Missing::never;
  base::FixedText<128> instead{};            // covered: by what; said: what it does not hold

  bool exists_in(FirejailVersion version) const { return since <= version && version < until; }
};

/// nullptr when psbc knows no such directive. `seccomp.drop` and `seccomp` are two directives.
const Directive* find_directive(std::string_view name);
std::span<const Directive> all_directives(); // sorted by name

} // namespace psbc::emit
