// SPDX-License-Identifier: MIT
// The texts of templates/, embedded in the binary and replaceable by the user (never by a
// repository). A hole is `@{name}`; on a line of its own it may become any number of lines.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "diag/diagnostic.h"

namespace psbc::emit {

struct Template {
  std::string name; // "profile/enter.profile"
  std::string text;
  std::string from; // where it came from: "psbc", or the path of the user's file
  const diag::SourceFile* file = nullptr; // the user's file, for diagnostics with its lines: outlives them
};

struct Templates {
  std::map<std::string, Template, std::less<>> all; // by name
  const Template& get(std::string_view name) const;
};

/// What was compiled into the binary.
const Templates& builtin_templates();

using Holes = std::map<std::string, std::string, std::less<>>;

struct Filled {
  std::string text;
  std::vector<std::uint32_t> lines; // for each line of `text`: the line of the template it came from
  std::vector<bool> from_hole;      // for each line of `text`: did psbc write it?
};

/// Fills the holes. An error names the template, its line, and the hole that is unknown, or the
/// value that was never used.
base::Result<Filled> fill_lines(const Template& tmpl, const Holes& holes);
base::Result<std::string> fill(const Template& tmpl, const Holes& holes);

/// A template that a person can put right, as a diagnostic: PSB609 at `line` (1-based; 0: the whole file).
diag::Diagnostic bad_template(const Template& tmpl, std::uint32_t line, std::string message, std::vector<std::string> help);
/// The same for an Error of `fill`.
diag::Diagnostic bad_template(const Template& tmpl, const base::Error& error);

} // namespace psbc::emit
