// SPDX-License-Identifier: MIT
#include "emit/firejail_version.h"

#include <array>
#include <charconv>

namespace psbc::emit {
namespace {

struct Row {
  FirejailVersion version;
  const char* ships_in;
  Support support;
};

// Sorted. Each was run (FIREJAIL A); only the supported ones are run by psbc's own tests.
constexpr std::array rows = {
    Row{{0, 9, 64}, "Debian 11", Support::vulnerable},
    Row{{0, 9, 66}, "Ubuntu 22.04", Support::vulnerable},
    Row{{0, 9, 68}, "", Support::vulnerable},
    Row{{0, 9, 70}, "", Support::unproved},
    Row{{0, 9, 72}, "Debian 12, Ubuntu 24.04", Support::supported},
    Row{{0, 9, 74}, "Debian 13", Support::supported},
    Row{{0, 9, 76}, "", Support::unproved},
    Row{{0, 9, 78}, "", Support::unproved},
    Row{{0, 9, 80}, "Debian forky", Support::unproved},
};

constexpr FirejailVersion first_without_cve{0, 9, 70};

} // namespace

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
  return version;
}

std::string to_string(FirejailVersion version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
}

Support support(FirejailVersion version) {
  if (version < first_without_cve) return Support::vulnerable;
  if (version > rows.back().version) return Support::newer;
  for (const Row& row : rows)
    if (row.version == version) return row.support;
  return Support::unproved; // a development version between two releases
}

void report_support(FirejailVersion version, diag::Diagnostics& diagnostics) {
  const std::string name = "firejail " + to_string(version);
  diag::Diagnostic found{.code = diag::Code::firejail_cannot, .severity = diag::Severity::warning, .message = {}};
  switch (support(version)) {
    case Support::supported:
      return;
    case Support::vulnerable:
      found.severity = diag::Severity::error;
      found.message = name + " is too old to be safe";
      found.notes = {"before 0.9.70 any local user could become root through it (CVE-2022-31214)"};
      break;
    case Support::unproved:
      found.message = "psbc is not tested with " + name;
      break;
    case Support::newer:
      found.message = name + " is newer than any that psbc knows; it is treated as " + to_string(rows.back().version);
      break;
  }
  std::string supported;
  for (const Row& row : rows)
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
