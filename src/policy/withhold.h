// SPDX-License-Identifier: MIT
// A file that would be shown inside, and holds what looks like a secret, stays outside until its owner accepts it
// (THREATS B3): the one place that asks, and that says so. Not for use outside of src/policy.
#pragma once

#include <string_view>

#include "policy/lowering.h"

namespace psbc::policy {

inline constexpr std::size_t scan_limit = 256 * 1024; // bytes of a file that are scanned for secrets

/// Does `accept_secrets` name this file or a directory that it lies in, by the same path or by another one of it?
bool is_accepted(const Lowering& lowering, const base::AbsPath& path);

/// Must the file stay outside? Then a warning names each finding with its line, redacted. `outcome` is what
/// follows, "and stays outside".
bool withhold(Lowering& lowering, const base::AbsPath& path, std::string_view text, const char* outcome, const diag::Span& span = {});

} // namespace psbc::policy
