// SPDX-License-Identifier: MIT
// The tools that psbc knows: how a project or its user shows that one is used, what of the user's
// installation it needs to see, and where it is told to keep its files. One row per tool; what a row
// cannot say is a fault of the table. docs/tools.md is this table, with what a test saw each tool do.
//
// Caches need no row: XDG_CACHE_HOME and XDG_STATE_HOME of every sandbox lead into its own root (row
// "xdg"). XDG_DATA_HOME and XDG_CONFIG_HOME stay where they are, because what is exposed read-only is
// there: plugins of an editor, fonts, ~/.config/nvim. A tool that must write to those has a variable.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fixed_text.h"
#include "base/fs.h"

namespace psbc::policy {

/// What shows that a tool is used; one of a row's signs is enough.
struct Sign {
  enum class Kind : unsigned char {
    none,
    always,   // the tool is a library, or asks for nothing but variables
    file,     // a file of the project
    contains, // a file of the project that contains `text`
    table,    // pyproject.toml has the table `text`: "tool.uv"
    home,     // a file or a directory of HOME
  };
  Kind kind = Kind::none;
  base::FixedText<32> path{};
  base::FixedText<32> text{};
};

/// What of the host a tool needs to see, read-only, when it is there. Relative to HOME, or absolute.
struct ToolPlace {
  enum class Kind : unsigned char {
    none,
    installation, // programs and libraries; what lies in it for settings is scanned, and hidden when it holds a secret
    environments, // the same, of which other projects' environments (envs, pkgs) stay outside
    plugins,      // what others wrote, not scanned
    settings,     // a file, or a directory; each file is scanned, and a directory with too many stays outside
  };
  Kind kind = Kind::none;
  base::FixedText<48> path{};
  unsigned levels = 0; // how many directories further down the installations or the plugins are; each `.git` down to there is hidden
};

struct ToolVariable {
  base::FixedText<32> name{};
  base::FixedText<48> value{}; // may begin with @{cache} @{state} @{root} @{home} @{project} @{environment}
};

struct Tool {
  base::FixedText<24> id;
  base::FixedText<192> keeps; // for people: what is kept, and where; what does not work inside
  std::array<Sign, 8> signs;
  std::array<base::FixedText<16>, 2> programs; // launchers in HOME that are exposed, with the installation that they lead to
  std::array<ToolPlace, 10> places;
  std::array<ToolVariable, 6> sets;
};

std::span<const Tool> tool_table();

/// Finds the signs of tools. Asks for all names in two questions: one for each of forty files that are
/// not there would make a build that has nothing to do half as slow again.
class Recogniser {
 public:
  /// Without `home`, by the project alone.
  Recogniser(base::Fs& fs, const base::AbsPath& project, const std::optional<base::AbsPath>& home);

  /// Is there, at the top of the project, a file or directory of this name? Only for names that a sign begins with.
  bool project_has(std::string_view name) const;
  /// The sign by which `tool` shows itself, nullptr when it does not.
  const Sign* find(const Tool& tool);

 private:
  bool holds(const Sign& sign);

  base::Fs& fs_;
  const base::AbsPath project_;
  const std::optional<base::AbsPath> home_;
  std::vector<std::string> project_names_, home_names_; // sorted
};

} // namespace psbc::policy
