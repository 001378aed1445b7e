// SPDX-License-Identifier: MIT
#include "emit/firejail_version.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace psbc::emit {
namespace {

// Sorted. Each was run (FIREJAIL A). script/firejail-versions runs psbc's tests under the supported ones
// that Debian has packages of; of 0.9.66 tests hold the profiles alone.
constexpr std::array rows = {
    KnownVersion{{0, 9, 64, 4}, "Debian 11", Support::supported},
    KnownVersion{{0, 9, 66}, "Ubuntu 22.04", Support::supported},
    KnownVersion{{0, 9, 68}, "", Support::unproved},
    KnownVersion{{0, 9, 70}, "", Support::unproved},
    KnownVersion{{0, 9, 72}, "Debian 12, Ubuntu 24.04", Support::supported},
    KnownVersion{{0, 9, 74}, "Debian 13", Support::supported},
    KnownVersion{{0, 9, 76}, "", Support::unproved},
    KnownVersion{{0, 9, 78}, "", Support::unproved},
    KnownVersion{{0, 9, 80}, "Debian forky", Support::supported},
};

constexpr FirejailVersion first_without_overlay_flaw{0, 9, 64, 4}; // CVE-2021-26910
constexpr FirejailVersion first_without_join_flaw{0, 9, 70};       // CVE-2022-31214

// Programs of packages in which CVE-2022-31214 was mended without a new version: Debian's 0.9.64.4-2+deb11u1
// (DSA-5167). Of Ubuntu's 0.9.66 no mended package is known.
constexpr std::string_view mended[] = {
    "0ee777a098fc0dc16f3f12c5bde74bed393cc87d8d894871c6fa19af28494b14", // amd64
    "97a84d8751e286c49b370c12a341efd1132173745515b009055fae6af3f43282", // arm64
};

} // namespace

std::span<const KnownVersion> known_versions() { return rows; }

std::optional<FirejailVersion> parse_firejail_version(std::string_view output) {
  constexpr std::string_view prefix = "firejail version ";
  if (!output.starts_with(prefix)) return std::nullopt;
  const char* at = output.data() + prefix.size();
  const char* const end = output.data() + output.size();
  FirejailVersion version;
  for (std::uint16_t* part : {&version.major, &version.minor, &version.patch}) {
    if (part != &version.major) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, *part);
    if (error != std::errc()) return std::nullopt;
    at = next;
  }
  if (end - at > 1 && *at == '.' && std::from_chars(at + 1, end, version.fix).ec != std::errc()) version.fix = 0;
  return version;
}

std::string to_string(FirejailVersion version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch) +
         (version.fix == 0 ? "" : "." + std::to_string(version.fix));
}

Support support(FirejailVersion version) {
  if (version < first_without_overlay_flaw) return Support::refused;
  if (version > rows.back().version) return Support::newer;
  for (const KnownVersion& row : rows)
    if (row.version == version) return row.support;
  return Support::unproved; // a development version between two releases
}

bool may_have_join_flaw(FirejailVersion version) { return version < first_without_join_flaw; }

JoinFlaw join_flaw(FirejailVersion version, std::string_view digest) {
  const bool known = std::find(std::begin(mended), std::end(mended), digest) != std::end(mended);
  return may_have_join_flaw(version) && !known ? JoinFlaw::unknown : JoinFlaw::absent;
}

namespace {

void report_join_flaw(FirejailVersion version, diag::Diagnostics& diagnostics) {
  diagnostics.add({.code = diag::Code::firejail_vulnerable,
                   .severity = diag::Severity::warning,
                   .message = "the firejail of this machine may let any of its users become root (CVE-2022-31214)",
                   .notes = {"firejail " + to_string(version) + " has that flaw unless your distribution mended it, which `firejail --version` "
                             "does not tell; 0.9.70 and Debian 11's 0.9.64.4-2+deb11u1 are without it",
                             "that is so whether psbc is used or not: firejail is setuid root. What runs inside a sandbox cannot "
                             "use the flaw, because no setuid program works there (no_new_privs)"},
                   .help = {"update it: sudo apt update && sudo apt install firejail", "see which package it is: dpkg-query -W firejail"}});
}

} // namespace

void report_support(FirejailVersion version, JoinFlaw flaw, diag::Diagnostics& diagnostics) {
  const std::string name = "firejail " + to_string(version);
  diag::Diagnostic found{.code = diag::Code::firejail_cannot, .severity = diag::Severity::warning, .message = {}};
  switch (support(version)) {
    case Support::supported:
      if (flaw == JoinFlaw::unknown) report_join_flaw(version, diagnostics);
      return;
    case Support::refused:
      found.severity = diag::Severity::error;
      found.message = name + " is too old to be safe";
      found.notes = {"before 0.9.64.4 any local user could become root through it (CVE-2021-26910)"};
      break;
    case Support::unproved:
      if (flaw == JoinFlaw::unknown) report_join_flaw(version, diagnostics);
      found.message = "psbc is not tested with " + name;
      break;
    case Support::newer:
      found.message = name + " is newer than any that psbc knows; it is treated as " + to_string(rows.back().version);
      found.notes = {"if it builds less than that, or refuses a line, `psbc enter` says so and runs nothing"};
      break;
  }
  std::string supported;
  for (const KnownVersion& row : rows)
    if (row.support == Support::supported)
      supported += (supported.empty() ? "" : ", ") + to_string(row.version) + " (" + row.ships_in + ")";
  found.notes.push_back("supported: " + supported);
  found.help = {"install firejail from your distribution's current release"};
  diagnostics.add(std::move(found));
}

std::optional<std::string> why_untrustworthy(const base::Ownership& program) {
  constexpr std::uint32_t writable_by_others = 0022, setuid = 04000;
  if (program.uid != 0 || (program.mode & writable_by_others) != 0) return "others than root can change it";
  if ((program.mode & setuid) == 0) return "it is not setuid root, so it cannot build a sandbox";
  return std::nullopt;
}

bool loses_localhost(FirejailVersion version) {
  return version >= FirejailVersion{0, 9, 74} && version < FirejailVersion{0, 9, 80};
}

} // namespace psbc::emit
