// SPDX-License-Identifier: MIT
// Places that a sandbox must not see, and files that it must not write, wherever a config asks for it.
#pragma once

#include "base/path.h"

namespace psbc::policy {

struct Sensitive {
  const char* path; // relative to HOME
  const char* what;
};

/// The entry that `path` is, lies below, or holds; nullptr when none.
const Sensitive* find_sensitive(const base::AbsPath& path, const base::AbsPath& home);

/// The file or directory, relative to HOME, that a host program executes or obeys and that `path` is,
/// lies below, or holds (THREATS D1); nullptr when none.
const char* find_startup_file(const base::AbsPath& path, const base::AbsPath& home);

} // namespace psbc::policy
