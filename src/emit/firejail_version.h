// SPDX-License-Identifier: MIT
// Which firejail is installed, and how far psbc may rely on it. What each version understands is the
// table in emit/directives.h. The version is an input of the build: a directive that a firejail does
// not know aborts its start (FIREJAIL A), and profiles have no version conditional.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/fs.h"
#include "diag/diagnostic.h"

namespace psbc::emit {

struct FirejailVersion {
  std::uint16_t major = 0, minor = 0, patch = 0, fix = 0;
  auto operator<=>(const FirejailVersion&) const = default;
};

/// From the first line of `firejail --version`: "firejail version 0.9.64.4". Three numbers, and a fourth
/// that is 0 where it is missing: 0.9.64 is older than 0.9.64.4. A suffix (0.9.73rc1) is dropped.
std::optional<FirejailVersion> parse_firejail_version(std::string_view output);
std::string to_string(FirejailVersion version);

enum class Support : std::uint8_t {
  supported, // a release that a distribution ships, and that psbc is made for
  unproved,  // a version between those: treated by the tables, tested by nobody
  newer,     // later than every row: treated as the newest one
  refused,   // CVE-2021-26910, before 0.9.64.4: a race in its overlays makes any user root
};
Support support(FirejailVersion version);

/// One installed firejail, as far as CVE-2022-31214 is concerned (before 0.9.70 `firejail --join` can make any
/// user root).
enum class JoinFlaw : std::uint8_t {
  absent,  // 0.9.70 and later, or a package that is known to be mended
  unknown, // distributions mended older ones, and `--version` does not tell
};
/// `digest` is that of the program (base/digest.h, or `b2sum -l 256`): a mended package is known by it. Needed when `may_have_join_flaw`.
bool may_have_join_flaw(FirejailVersion version);
JoinFlaw join_flaw(FirejailVersion version, std::string_view digest);

struct KnownVersion {
  FirejailVersion version;
  const char* ships_in; // a distribution; "" for none
  Support support;
};
std::span<const KnownVersion> known_versions(); // sorted

/// An error for a refused firejail; a warning for an unproved or newer one, and for one that may still have
/// the flaw.
void report_support(FirejailVersion version, JoinFlaw flaw, diag::Diagnostics& diagnostics);

/// Why a firejail with this owner and these permissions must not be started, or could not build anything.
std::optional<std::string> why_untrustworthy(const base::Ownership& program);

/// Does this firejail replace the first line of /etc/hosts that holds 127.0.0.1 by a line with a name of
/// its own? `localhost` does not resolve inside then (0.9.74, measured; 0.9.72 changes nothing, 0.9.80
/// only adds). The versions between are treated alike: what stands in for it does no harm.
bool loses_localhost(FirejailVersion version);

} // namespace psbc::emit
