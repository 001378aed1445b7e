// SPDX-License-Identifier: MIT
// Places that a sandbox must not see, and files that it must not write, wherever a config asks for it.
#pragma once

#include <optional>
#include <string_view>

#include "base/path.h"

namespace psbc::policy {

struct Sensitive {
  std::string_view path; // relative to HOME
  std::string_view what;
};

/// The entry that `path` is, lies below, or holds: of sensitive.def, or a file of a service in the catalogue.
std::optional<Sensitive> find_sensitive(const base::AbsPath& path, const base::AbsPath& home);

/// The file or directory, relative to HOME, that a host program executes or obeys and that `path` is,
/// lies below, or holds (THREATS D1); nullptr when none.
const char* find_startup_file(const base::AbsPath& path, const base::AbsPath& home);

} // namespace psbc::policy
