// SPDX-License-Identifier: MIT
// Bytes to decoded configuration, past three checkpoints: plain text, TOML, schema. All problems of one
// are reported together (of TOML itself the first one: what follows it means nothing); a later one is
// not reached when an earlier one found an error.
#pragma once

#include <optional>

#include "config/config.h"
#include "config/value.h"

namespace psbc::config {

inline constexpr std::size_t max_file_size = 64 * 1024; // bytes; also the limit for reading the file
inline constexpr std::size_t max_entries = 256;         // per list or table
inline constexpr std::size_t max_depth = 8;

/// The spans of the result point into `source`, which must outlive it.
std::optional<ProjectConfig> load_project(const diag::SourceFile& source, diag::Diagnostics& diagnostics);
std::optional<UserConfig> load_user(const diag::SourceFile& source, diag::Diagnostics& diagnostics);
std::optional<Ceiling> load_ceiling(const diag::SourceFile& source, diag::Diagnostics& diagnostics);

/// The tree of a project's file that keeps its schema: what it grants is read off that (trust/capabilities.h).
std::optional<Value> load_project_tree(const diag::SourceFile& source, diag::Diagnostics& diagnostics);

/// Another program's TOML file, such as pyproject.toml, without a schema: nothing when it cannot be read, which is
/// for that program to explain. The spans of the result point into `source`.
std::optional<Value> load_foreign(const diag::SourceFile& source);

} // namespace psbc::config
