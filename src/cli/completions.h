// SPDX-License-Identifier: MIT
// What a shell completes after `psbc`, made of the option table (app.cc).
#pragma once

#include <string>
#include <vector>

namespace psbc::cli {

struct CompletedOption {
  std::vector<std::string> names; // with their dashes
  std::string summary;
  bool has_value = false;
};

struct CompletedCommand {
  std::string name;
  std::string summary;
  std::vector<std::string> words; // what its first argument may be, where that is a fixed word; else files are completed
  std::vector<CompletedOption> options;
  bool has_tail = false; // a command of its own stands after `--`
};

/// For bash, zsh or fish; `global` stands before every command. Each is one file to source, or to put where the shell looks for
/// completions. It starts no psbc.
std::string completions(const std::string& shell, const std::vector<CompletedCommand>& commands, const std::vector<CompletedOption>& global);

} // namespace psbc::cli
