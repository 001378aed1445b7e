// SPDX-License-Identifier: MIT
// What the secret scan knows about words: which names say "secret", and which values are one.
#pragma once

#include <cstdint>
#include <string_view>

namespace psbc::policy {

enum class NameClass : std::uint8_t {
  plain,
  suspicious, // SIGNING_KEY, SESSION: only a value that looks random counts
  secret,     // API_KEY, DB_PASSWORD: any literal counts
};
NameClass classify_name(std::string_view name);

/// Is `value`, assigned to a name of this class, a credential and not a reference, path or placeholder?
bool is_secret_literal(std::string_view value, NameClass name);
/// Sixteen characters or more, of a token's alphabet, mixed.
bool looks_random(std::string_view value);

} // namespace psbc::policy
