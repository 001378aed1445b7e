// SPDX-License-Identifier: MIT
// psbc lint, from names that somebody typed to findings: which files, what may be looked at for each, on all processors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "diag/source.h"
#include "lint/lint.h"
#include "lint/report.h"

namespace psbc::driver {

/// What the text of a file is: a .python-sandbox.toml, or a firejail profile that was written by hand.
enum class LintedKind : std::uint8_t { config, profile };

struct LintedFile {
  std::string name;      // as it is shown: relative to where psbc was called, or as it was typed
  base::AbsPath path;
  LintedKind kind = LintedKind::config;
};

struct WhatToLint {
  std::vector<std::string> names;
  LintedKind kind = LintedKind::config;
  bool force_exclude = false; // what git ignores is left out even where it was named: hooks name each changed file
};

/// The files below what was named, sorted: a file is itself, a directory every .python-sandbox.toml below it that git would not ignore
/// (or the profiles in it), and nothing the file of the project here. An Error for a name that is not there.
base::Result<std::vector<LintedFile>> files_to_lint(base::Fs& fs, const base::AbsPath& here, const WhatToLint& what);

struct LintedText {
  std::string name;
  std::optional<base::AbsPath> path; // nothing: only its text can be looked at
  std::string text;
  LintedKind kind = LintedKind::config;
};

struct LintMachine {
  const base::Env& env;
  bool host = false; // rules that look at the developer's machine as well
};

/// What lint says of a .python-sandbox.toml, whose text may be newer than the file: `file` is where it lies, for what is beside it.
/// The findings point into `source`.
std::vector<lint::Finding> lint_config(const diag::SourceFile& source, const base::AbsPath& file, const lint::Options& options, const LintMachine& machine);

/// What lint says of one text.
lint::FileReport lint_text(const LintedText& text, const lint::Options& options, const LintMachine& machine);

struct LintRun {
  std::vector<lint::FileReport> reports;    // one for each file that could be read, in the order of the files
  std::vector<base::Error> unreadable;
};
/// On all processors; the order is that of `files`.
LintRun lint_files(const std::vector<LintedFile>& files, const lint::Options& options, const LintMachine& machine);

} // namespace psbc::driver
