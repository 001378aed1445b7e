// SPDX-License-Identifier: MIT
// Which templates a build uses: the built-in ones, or the user's own. Never a repository's.
#pragma once

#include <deque>
#include "config/config.h"
#include "diag/diagnostic.h"
#include "emit/templates.h"
#include "policy/places.h"

namespace psbc::driver {

/// Files of the user's directory replace the built-in ones of the same name; the others stay. `chosen` is
/// from the command line and wins over `templates` of the user's file. Nothing when the directory or a
/// file cannot be read.
std::optional<emit::Templates> load_templates(base::Fs& fs, const config::UserConfig& user, const std::optional<base::AbsPath>& chosen,
                                              const policy::Places& places,
                                              std::deque<diag::SourceFile>& sources, diag::Diagnostics& diagnostics);

} // namespace psbc::driver
