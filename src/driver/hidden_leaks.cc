// SPDX-License-Identifier: MIT
#include "driver/hidden_leaks.h"

#include <algorithm>
#include <optional>

#include "base/quote.h"
#include "base/text.h"
#include "driver/git_index.h"

namespace psbc::driver {
namespace {

using base::AbsPath;

constexpr std::size_t most = 5;

std::string shown(const AbsPath& path, const policy::Policy& policy) { return "`" + base::escape(base::display_path(path, policy.home)) + "`"; }

/// The first file below a hidden directory that has another name. A hidden file itself is looked at when its rule is made.
std::optional<AbsPath> file_with_two_names(base::Fs& fs, const AbsPath& directory, std::size_t& budget) {
  std::vector<AbsPath> pending = {directory};
  while (!pending.empty() && budget > 0) {
    const AbsPath here = pending.back();
    pending.pop_back();
    const auto found = fs.glance(here, budget, false);
    if (!found) continue;
    budget -= std::min(budget, found->entries.size());
    for (const auto& entry : found->entries) {
      const AbsPath path = here / entry.name;
      if (entry.kind == base::Kind::directory) pending.push_back(path);
      else if (entry.kind == base::Kind::file && fs.link_count(path) > 1) return path;
    }
  }
  return std::nullopt;
}

} // namespace

std::vector<lint::Leak> hidden_leaks(base::Fs& fs, const policy::Policy& policy) {
  std::vector<lint::Leak> out;
  std::size_t budget = 2000;
  for (const policy::Rule& rule : policy.rules) {
    if (rule.access != policy::Access::hidden || rule.origin.source != policy::Origin::Source::project || out.size() >= most) continue;
    const std::string asked = " (hidden by " + base::escape(rule.origin.where) + ")";
    if (rule.path.is_under(policy.project) && is_tracked(fs, rule.path, true))
      out.push_back({.by = lint::Leak::By::git,
                     .sentence = shown(rule.path, policy) + asked + " is tracked by git: what was committed can be read inside from its objects",
                     .help = "replace the secret, then: git rm -r --cached " + base::escape(base::quote_posix(rule.path.relative_to(policy.project)))});
    if (!rule.directory) continue;
    if (const auto file = file_with_two_names(fs, rule.path, budget))
      out.push_back({.by = lint::Leak::By::hard_link,
                     .sentence = shown(*file, policy) + asked + " has another name, a hard link: where that is visible inside, so is the file",
                     .help = "to see its names: find DIRECTORY -samefile " + base::escape(base::quote_posix(base::display_path(*file, policy.home)))});
  }
  return out;
}

} // namespace psbc::driver
