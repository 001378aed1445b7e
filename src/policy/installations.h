// SPDX-License-Identifier: MIT
// What version managers and installers keep in HOME and /opt: interpreters and tools that an environment
// or a launcher leads to. Not for use outside of src/policy.
//
// Only the directories of this table are ever exposed, whatever leads to them: `pyvenv.cfg` and
// `.python-version` lie where a session can write, and `home = /home/you/.ssh` must not show anything
// (THREATS B7). Such a file leads to interpreters and bases, never to an environment of another project:
// those hold that project's code and its `.env`. Only `[python] venv`, which trust shows, names one.
#pragma once

#include <string_view>

#include "policy/lowering.h"
#include "policy/tool_table.h"

namespace psbc::policy {

/// Who says so: a file that a session may have written, or a launcher of HOME, which none can write.
enum class Leads : unsigned char { text, launcher };

/// Exposes the one installation of a known manager that holds `path`: an interpreter without the environments
/// in it, or, for a launcher, the environment of one tool (pipx). False when there is none.
bool expose_installation_of(Lowering& lowering, const base::AbsPath& path, const Origin& origin, Leads leads);

/// Exposes the interpreter that `home =` of an environment's pyvenv.cfg names.
void expose_base_of(Lowering& lowering, const base::AbsPath& environment, const Origin& origin);

/// Exposes the launcher `program` of HOME, and the installation that it leads to: by a symlink, or by the
/// interpreter in its first line (pipx, uv tool, poetry's own installer).
void expose_launcher(Lowering& lowering, std::string_view program, const Origin& origin);

/// The interpreter of `.python-version` (pyenv).
void expose_named_interpreter(Lowering& lowering, const Recogniser& recogniser);

} // namespace psbc::policy
