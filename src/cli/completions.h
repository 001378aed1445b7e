// SPDX-License-Identifier: MIT
// The option table (app.cc) for others than the parser: what a shell completes after `psbc`, and JSON, of which the manual
// pages and docs/reference are made.
#pragma once

#include <string>
#include <vector>

namespace psbc::cli {

struct ListedOption {
  std::vector<std::string> names; // with their dashes
  std::string summary;
  std::string value = {}; // what stands for its value: "DIR"; empty: it has none
};

struct ListedArgument {
  std::string value;
  std::string summary;
  bool required = false;
  bool many = false;
};

struct ListedCommand {
  std::string name;
  std::string summary;
  std::vector<std::string> words; // what its first argument may be, where that is a fixed word; else files are completed
  std::vector<ListedOption> options;
  std::vector<ListedArgument> arguments;
  bool has_tail = false; // a command of its own stands after `--`
};

/// For bash, zsh or fish; `global` stands before every command. Each is one file to source, or to put where the shell looks for
/// completions. It starts no psbc.
/// Or json: what --help says, for programs.
std::string completions(const std::string& shell, const std::vector<ListedCommand>& commands, const std::vector<ListedOption>& global);

} // namespace psbc::cli
