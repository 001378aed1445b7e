// SPDX-License-Identifier: MIT
// What indexes.cc and system_indexes.cc share: settings that are carried without their passwords, or nothing is entered.
// Not for use outside of src/policy.
#pragma once

#include <optional>
#include <string>

#include "policy/index_settings.h"
#include "policy/lowering.h"

namespace psbc::policy {

inline constexpr std::size_t index_file_limit = 64 * 1024; // bytes

/// Adds the error that ends the build: without these settings tools would ask the public index.
void refuse_index_file(Lowering& lowering, const base::AbsPath& path, const std::string& why);

/// The bytes of a file of settings; nothing, and the error, when it cannot be read or is too long.
std::optional<std::string> read_index_file(Lowering& lowering, const base::AbsPath& path, const base::AbsPath& real);

/// What of `text` is told to the sandbox, with a warning about passwords that are not; nothing, and the error, when a
/// secret cannot be taken out. `note`: what else to say in the warning.
std::optional<std::string> carry_index_file(Lowering& lowering, const base::AbsPath& path, std::string_view text, Syntax syntax, const char* note = nullptr);

/// Is there an index that takes the place of all others?
bool has_default_index(const Lowering& lowering);

/// Is the row `tool` of the tool table recognised? nullptr always is.
bool is_recognised(const Lowering& lowering, const char* tool);

/// Of the machine, beside the user's own: files that hold a password are hidden, and what else they say is carried.
void lower_system_indexes(Lowering& lowering);

} // namespace psbc::policy
