// SPDX-License-Identifier: MIT
// What version managers and installers keep in HOME and /opt: interpreters and tools that an environment
// or a launcher leads to. Not for use outside of src/policy.
//
// Only the directories of this table are ever exposed, whatever leads to them: `pyvenv.cfg`,
// `.python-version` and `environment.yml` lie where a session can write, and `home = /home/you/.ssh` must
// not show anything (THREATS B7). They hold code that was installed; the few files in them that hold
// settings, where tokens are kept now and then, are scanned, and hidden when something is found.
#pragma once

#include <string_view>

#include "policy/lowering.h"
#include "policy/tool_table.h"

namespace psbc::policy {

/// Exposes what a row of the tool table names, when it is there.
void expose_place(Lowering& lowering, const ToolPlace& place, const Origin& origin);

/// Exposes the one installation of a known manager that holds `path`; false when no manager's does.
bool expose_installation_of(Lowering& lowering, const base::AbsPath& path, const Origin& origin);

/// Exposes the installation that `home =` of an environment's pyvenv.cfg names.
void expose_base_of(Lowering& lowering, const base::AbsPath& environment, const Origin& origin);

/// Exposes the launcher `program` of HOME, and the installation that it leads to: by a symlink, or by the
/// interpreter in its first line (pipx, uv tool, poetry's own installer).
void expose_launcher(Lowering& lowering, std::string_view program, const Origin& origin);

/// The interpreter of `.python-version` (pyenv), and the conda environment that `environment.yml` names.
void expose_named_interpreters(Lowering& lowering, const Recogniser& recogniser);

} // namespace psbc::policy
