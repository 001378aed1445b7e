// SPDX-License-Identifier: MIT
// The lines of psbc in the settings of a user's shells: `psbc doctor` looks for them, `psbc uninstall` takes them out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/fs.h"
#include "base/path.h"

namespace psbc::cli {

struct ShellLine {
  std::size_t number; // 1-based
  std::string text;
  bool is_whole; // nothing but what psbc tells people to write: it can go
};

/// Where bash, zsh and fish of this user begin, whether it is there or not.
std::vector<base::AbsPath> shell_settings(const base::AbsPath& home, const base::Env& env);
/// The lines that name psbc, or a file of its hook, and are no comments.
std::vector<ShellLine> lines_of_psbc(std::string_view text);
/// The line to write for this shell, which does nothing where psbc is not installed.
std::string hook_line(std::string_view shell);

} // namespace psbc::cli
