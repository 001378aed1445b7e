// SPDX-License-Identifier: MIT
#include "emit/glob.h"

#include <vector>

#include "base/glob.h"
#include "base/text.h"

namespace psbc::emit {
namespace {

bool matches(std::string_view pattern, std::string_view name, bool last) {
  // Only a literal dot matches a leading dot in a directory on the way.
  if (!last && name.starts_with('.') && !pattern.starts_with('.')) return false;
  return base::matches_component(pattern, name);
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> out;
  for (const std::string_view part : base::split(path, '/'))
    if (!part.empty()) out.push_back(part);
  return out;
}

std::size_t count(base::Fs& fs, const base::AbsPath& directory, const std::vector<std::string_view>& rest, std::size_t at) {
  if (at == rest.size()) return fs.kind(directory) == base::Kind::absent ? 0 : 1;
  const bool last = at + 1 == rest.size();
  if (!base::has_glob(rest[at])) {
    const auto next = directory.join(rest[at]);
    return next ? count(fs, *next, rest, at + 1) : 0;
  }
  const auto names = fs.names(directory);
  if (!names) return 0;
  std::size_t found = 0;
  for (const std::string& name : *names) {
    if (!matches(rest[at], name, last)) continue;
    const auto next = directory.join(name);
    if (next) found += count(fs, *next, rest, at + 1);
    if (found > 1) break;
  }
  return found;
}

} // namespace

bool glob_matches(std::string_view pattern, std::string_view path) {
  const auto patterns = components(pattern);
  const auto names = components(path);
  if (patterns.size() != names.size()) return false;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (!matches(patterns[i], names[i], i + 1 == names.size())) return false;
  return true;
}

std::size_t count_matches(base::Fs& fs, std::string_view pattern) {
  return count(fs, base::AbsPath::literal("/"), components(pattern), 0);
}

} // namespace psbc::emit
