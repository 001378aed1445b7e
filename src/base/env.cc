// SPDX-License-Identifier: MIT
#include "base/env.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace psbc::base {

Env Env::from_process() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) continue;
    // The first of two entries with one name wins, as in getenv(3).
    variables.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return Env(std::move(variables));
}

void Env::forget(std::string_view name) {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return;
  if (char* const value = getenv(found->first.c_str()); value != nullptr) explicit_bzero(value, std::strlen(value));
  explicit_bzero(found->second.data(), found->second.size());
  variables_.erase(found);
}

std::optional<std::string> Env::get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) return std::nullopt;
  return found->second;
}

} // namespace psbc::base
