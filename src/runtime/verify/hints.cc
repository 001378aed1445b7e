// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.h"
#include "runtime/verify/probes.h"

namespace psbc::runtime {
namespace {

constexpr char end_of_key = '\x1f', end_of_value = '\x1e'; // no path that psbc accepts has them

} // namespace

std::string Hints::first(std::string_view key) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == key; });
  return found != entries_.end() ? found->second : std::string();
}

std::vector<std::string> Hints::all(std::string_view key) const {
  std::vector<std::string> out;
  for (const auto& [name, value] : entries_)
    if (name == key) out.push_back(value);
  return out;
}

std::string Hints::serialise() const {
  std::string out;
  for (const auto& [key, value] : entries_)
    if (value.find(end_of_value) == std::string::npos) out += key + end_of_key + value + end_of_value;
  return out;
}

Hints Hints::parse(std::string_view text) {
  Hints out;
  for (const std::string_view entry : base::split(text, end_of_value)) {
    const std::size_t at = entry.find(end_of_key);
    if (at != std::string_view::npos) out.add(std::string(entry.substr(0, at)), std::string(entry.substr(at + 1)));
  }
  return out;
}

} // namespace psbc::runtime
