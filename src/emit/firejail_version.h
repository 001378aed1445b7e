// SPDX-License-Identifier: MIT
// Which firejail is installed, and how far psbc may rely on it. What each version understands is the
// table in emit/directives.h. The version is an input of the build: a directive that a firejail does
// not know aborts its start (FIREJAIL A), and profiles have no version conditional.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "diag/diagnostic.h"

namespace psbc::emit {

struct FirejailVersion {
  std::uint16_t major = 0, minor = 0, patch = 0;
  auto operator<=>(const FirejailVersion&) const = default;
};

/// From the first line of `firejail --version`: "firejail version 0.9.72". A fourth number
/// (0.9.64.4) and a suffix (0.9.73rc1) are dropped: no release differs in them in what it accepts.
std::optional<FirejailVersion> parse_firejail_version(std::string_view output);
std::string to_string(FirejailVersion version);

enum class Support : std::uint8_t {
  supported,  // psbc's tests run against it
  unproved,   // a row of the tables, but nothing that psbc tests
  newer,      // later than every row: treated as the newest one
  vulnerable, // CVE-2022-31214: any user becomes root through `firejail --join`
};
Support support(FirejailVersion version);

/// Says what `support` found: an error for a vulnerable firejail, a warning for an unproved or newer one.
void report_support(FirejailVersion version, diag::Diagnostics& diagnostics);

/// Why a firejail with this owner and these permissions must not be started, or could not build anything.
std::optional<std::string> why_untrustworthy(const base::Ownership& program);

/// Does this firejail replace the first line of /etc/hosts that holds 127.0.0.1 by a line with a name of
/// its own? `localhost` does not resolve inside then (0.9.74, measured; 0.9.72 changes nothing, 0.9.80
/// only adds). The versions between are treated alike: what stands in for it does no harm.
bool loses_localhost(FirejailVersion version);

} // namespace psbc::emit
