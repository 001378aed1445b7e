// SPDX-License-Identifier: MIT
// A fact that does not hold any more, as one sentence for a person.
#pragma once

#include <string>

#include "trace/fact.h"

namespace psbc::trace {

struct Difference {
  Fact then; // one of the facts that were checked
  std::string now;
};

/// "`~/.vimrc` appeared (was absent at the last build)". Paths are escaped and shown with `~`. `fs` is
/// asked where a new link points to.
std::string explain(const Difference& difference, base::Fs& fs, const base::AbsPath& home);

/// A path in backticks, safe to print.
std::string quoted(std::string_view path, const base::AbsPath& home);

} // namespace psbc::trace
