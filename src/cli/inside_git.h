// SPDX-License-Identifier: MIT
#pragma once

namespace psbc::cli {

/// psbc under the name `git`, first in the PATH of a sandbox. git replaces files by unlinking them, and goes on when that
/// fails: a checkout over a read-only file that is tracked ends with status 0 and the old content, and the next commit
/// undoes what others changed there. So a command that would change such a file is refused before it begins; all others
/// become git at once.
int inside_git(int argc, char** argv);

} // namespace psbc::cli
