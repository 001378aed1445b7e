// SPDX-License-Identifier: MIT
#pragma once

namespace psbc::cli {

/// psbc under the name `git`, first in the PATH of a sandbox: what would fail by halves because something is read-only is
/// refused before it begins (cli/inside_git_files.h, cli/inside_git_settings.h); everything else becomes git at once.
int inside_git(int argc, char** argv);

} // namespace psbc::cli
