// SPDX-License-Identifier: MIT
// What a policy makes of one path: whether it is there inside, and which rule says so. The answer is that of the sandbox itself, which
// tests/integration/explain_test.py compares with what a program inside finds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fs.h"
#include "base/path.h"
#include "policy/policy.h"

namespace psbc::policy {

enum class Seen : std::uint8_t {
  visible,   // a part of the system: as outside, with the same permissions
  read_only,
  writable,
  hidden,    // its name may be there; it cannot be read
  absent,    // nothing of this name
};
std::string_view to_string(Seen seen);

struct Explanation {
  base::AbsPath asked;
  base::AbsPath path;               // where that leads, as far as links can be followed inside
  Seen seen = Seen::visible;
  const Rule* rule = nullptr;       // that decides; none: no rule speaks of it
  std::vector<const Alias*> links;  // of the policy, that were followed
  const HomeFile* written = nullptr; // psbc writes it at entry
  bool leads = false;               // absent, and inside there is a directory of this name, with nothing but what leads to what is visible
  bool exists = true;               // outside
};

/// `path`: canonical or not; links of the host are followed as they are inside.
Explanation explain(const Policy& policy, base::Fs& fs, const base::AbsPath& path);

} // namespace psbc::policy
