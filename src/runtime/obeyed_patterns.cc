// SPDX-License-Identifier: MIT
#include "runtime/obeyed_patterns.h"

#include <cassert>

#include "base/glob.h"
#include "base/text.h"

namespace psbc::runtime {

ObeyedPatterns::ObeyedPatterns() {
  for (std::size_t i = 0; i < base::guard_count(); ++i) {
    const base::Guard guard = base::guard(i);
    for (std::string_view path : guard.paths()) {
      const bool directory = path.ends_with('/');
      if (directory) path.remove_suffix(1);
      const auto index = static_cast<std::uint16_t>(patterns_.size());
      patterns_.push_back({.parts = base::split(path, '/'),
                           .guard = guard.name,
                           .where = guard.where,
                           .directory = directory});
      starting_[static_cast<std::size_t>(guard.where)].push_back({.pattern = index, .part = 0});
      const std::string_view first = patterns_.back().parts.front();
      if (!base::has_glob(first)) filter_[key(first)] = true;
    }
  }
  for (const std::string_view name : {"pyvenv.cfg", "conda-meta", "HEAD", "objects", "refs"})
    filter_[key(name)] = true; // what a directory is known by
}

bool ObeyedPatterns::matches(Partial partial, std::string_view name) const {
  const std::string_view part = patterns_[partial.pattern].parts[partial.part];
  return part == name || (base::has_glob(part) && base::matches_component(part, name));
}

const ObeyedPatterns& obeyed_patterns() {
  static const ObeyedPatterns patterns;
  return patterns;
}

} // namespace psbc::runtime
