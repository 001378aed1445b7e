// SPDX-License-Identifier: MIT
#include "config/versions.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace psbc::config {
namespace {

struct Sign {
  std::string_view text;
  VersionRule::Is is;
};
// The longer ones first: `>` begins `>=`.
constexpr Sign signs[] = {{">=", VersionRule::Is::at_least}, {"<=", VersionRule::Is::at_most}, {"==", VersionRule::Is::equal},
                          {"!=", VersionRule::Is::unequal},  {">", VersionRule::Is::above},    {"<", VersionRule::Is::below}};
constexpr std::size_t most_digits = 4, most_rules = 16;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<Version> parse_version(std::string_view text) {
  const auto parts = base::split(text, '.');
  if (parts.size() < 3 || parts.size() > 4) return std::nullopt;
  Version out{};
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const char* const end = parts[n].data() + parts[n].size();
    const auto read = std::from_chars(parts[n].data(), end, out[n]);
    if (parts[n].empty() || parts[n].size() > most_digits || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  }
  return out;
}

bool holds(const VersionRule& rule, const Version& version) {
  switch (rule.is) {
    case VersionRule::Is::at_least: return version >= rule.than;
    case VersionRule::Is::at_most: return version <= rule.than;
    case VersionRule::Is::equal: return version == rule.than;
    case VersionRule::Is::unequal: return version != rule.than;
    case VersionRule::Is::above: return version > rule.than;
    case VersionRule::Is::below: return version < rule.than;
  }
  return false;
}

} // namespace

std::optional<std::vector<VersionRule>> parse_version_rules(std::string_view text) {
  std::vector<VersionRule> out;
  for (const std::string_view part : base::split(text, ',')) {
    const std::string_view one = trimmed(part);
    const auto sign = std::find_if(std::begin(signs), std::end(signs), [&](const Sign& known) { return one.starts_with(known.text); });
    if (sign == std::end(signs)) return std::nullopt;
    const auto version = parse_version(trimmed(one.substr(sign->text.size())));
    if (!version || out.size() == most_rules) return std::nullopt;
    out.push_back({.is = sign->is, .than = *version});
  }
  return out;
}

bool holds(const std::vector<VersionRule>& rules, const Version& version) {
  return std::all_of(rules.begin(), rules.end(), [&](const VersionRule& rule) { return holds(rule, version); });
}

} // namespace psbc::config
