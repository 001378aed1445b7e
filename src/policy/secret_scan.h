// SPDX-License-Identifier: MIT
// Finds what looks like a credential in a text file before that file is shown to a sandbox (THREATS
// B3): tokens by their vendor's prefix, private keys, passwords in URLs, and literals that are
// assigned to a name that says "secret". It works on bytes, line by line, in time linear in the text:
// the file may have been written by the attacker.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::policy {

struct Finding {
  std::uint32_t line = 0; // 1-based
  std::string kind;       // "GitHub token", "password in a URL", "value of a secret name"
  std::string redacted;   // the public prefix or the name, then `****`: nothing of the secret, nor its length
};

/// At most one finding per line; after `max_findings` the scan stops, because one is enough to
/// withhold a file.
inline constexpr std::size_t max_findings = 64;
std::vector<Finding> scan_secrets(std::string_view text);

/// The same for a file that is not made of settings: a data set, code, prose. Only what cannot be anything else counts
/// (a vendor's token, a private key), because a table of measurements also holds words like `token: abc123`.
std::vector<Finding> scan_data(std::string_view text);

} // namespace psbc::policy
