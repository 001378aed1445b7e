// SPDX-License-Identifier: MIT
// What of an installation is visible: its programs and libraries; not the environments of other projects in it,
// not what holds a secret, and nothing when it is more than psbc looks into. Not for use outside of src/policy.
//
// The few files that hold settings, where tokens are kept now and then, are scanned, and hidden when something is
// found or when they are too long to be scanned.
#pragma once

#include <optional>
#include <string_view>

#include "policy/lowering.h"
#include "policy/tool_table.h"

namespace psbc::policy {

/// In a conda base and in a pyenv version: environments of other projects, and their packages.
inline constexpr const char* of_other_projects[] = {"envs", "pkgs"};

/// Relative to HOME, or absolute.
base::AbsPath place_of(const Lowering& lowering, std::string_view path);

/// What `path` really is, when that may be shown: never HOME, nor what holds it.
std::optional<base::Resolved> visible(const Lowering& lowering, const base::AbsPath& path);

/// An environment of somebody's project: venv and virtualenv say so, virtualenv before 20 leaves `activate`.
bool is_environment(base::Fs& fs, const base::AbsPath& directory);

/// Hides what in an installation holds a secret, and what is where secrets are.
void hide_secrets(Lowering& lowering, const base::AbsPath& installation);

/// Exposes one installation without the environments of other projects.
void expose_tree(Lowering& lowering, const base::Resolved& resolved, const Origin& origin);

/// Exposes what a row of the tool table names, when it is there.
void expose_place(Lowering& lowering, const ToolPlace& place, const Origin& origin);

} // namespace psbc::policy
