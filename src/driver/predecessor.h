// SPDX-License-Identifier: MIT
// What python-sandbox left behind: a profile that it generated and somebody may have edited since, and personal
// rules (python-env-template.local). Both are firejail's language; psbc never includes them, it reads what they
// expose, hide and set.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/path.h"

namespace psbc::driver {

struct OldRules {
  std::vector<std::string> readonly, writable, hidden;      // "~/x" or "/x"
  std::vector<std::string> tools;                           // of the user's own, which python-sandbox showed to each sandbox
  std::vector<std::pair<std::string, std::string>> set;     // variables
  std::vector<std::string> dropped;                         // lines without a place in psbc, each with the reason
  bool empty() const { return readonly.empty() && writable.empty() && hidden.empty() && set.empty(); }
};

/// `name` and `root` are those of the sandbox: what python-sandbox itself wrote for them is left out, as is what
/// psbc decides by itself. In a personal file, what it only whitelists is meant to be read (`personal`); in a
/// profile it could be written.
OldRules read_old_rules(std::string_view text, const std::string& name, const base::AbsPath& root, const base::AbsPath& home, bool personal);

/// Was this profile made for the project in `root`? A name alone, which a clone chooses, does not say so.
bool is_profile_of(std::string_view text, const base::AbsPath& root, const base::AbsPath& home);

/// One sentence per rule of a personal file: what to put where.
std::vector<std::string> explain_old_rules(const OldRules& rules);

} // namespace psbc::driver
