// SPDX-License-Identifier: MIT
// The Python tools that psbc knows: how a project shows that it uses one, what of the user's
// installation it needs to see, and where it is told to keep its files. One row per tool; what a row
// cannot say is a fault of the table.
#pragma once

#include <array>
#include <span>

namespace psbc::policy {

struct ToolVariable {
  const char* name;
  const char* value; // may hold @{cache} @{state} @{root} @{environment}
};

struct Tool {
  const char* id;
  bool always;                       // every project gets it
  std::array<const char*, 4> files;  // recognised by one of these in the project
  const char* pyproject_table;       // or by this table of pyproject.toml: "tool.uv"
  std::array<const char*, 6> exposes; // relative to HOME, read-only, when they exist
  std::array<ToolVariable, 6> sets;
};

std::span<const Tool> tool_table();

} // namespace psbc::policy
