// SPDX-License-Identifier: MIT
// Dependencies of a project that are directories of this machine, as its packaging files spell them.
// Values in, values out: nothing is looked at on disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/value.h"

namespace psbc::driver {

struct PathDependency {
  std::string path; // absolute, or relative to the project; may hold `..`
  std::string why;  // "[tool.uv.sources]", "requirements.txt"
  bool operator==(const PathDependency&) const = default;
};

/// Of pyproject.toml or a Pipfile: uv, poetry, pdm, hatch, pipenv, and `name @ file:...` of the standard.
std::vector<PathDependency> path_dependencies(const config::Value& file);
/// Of a requirements file: editable and plain paths, file URLs, and the files that it includes.
std::vector<PathDependency> requirement_paths(std::string_view text, const std::string& name);

/// The members of `[tool.uv.workspace]`, and the patterns that exclude some; relative to that file.
struct UvWorkspace {
  bool exists = false;
  std::vector<std::string> members;
  std::vector<std::string> exclude;
};
UvWorkspace uv_workspace(const config::Value& pyproject);

} // namespace psbc::driver
