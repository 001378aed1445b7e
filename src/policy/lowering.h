// SPDX-License-Identifier: MIT
// What the parts of lowering share. Each part is one function that adds to the policy; lower.cc says
// in which order. Not for use outside of src/policy.
#pragma once

#include "policy/lower.h"

namespace psbc::policy {

struct Lowering {
  const LowerInput& in;
  Policy& out;
  diag::Diagnostics& diagnostics;

  void add(Access access, const base::AbsPath& path, Origin origin);
  /// Adds an alias for each symlink that was followed to reach a visible path.
  void add_aliases(const base::Resolved& resolved, const Origin& origin);
  void report(diag::Code code, diag::Severity severity, const diag::Span& span, std::string message, std::string label,
              std::vector<std::string> notes, std::vector<std::string> help);
  std::string shown(const base::AbsPath& path) const;

  /// The first symlink on the way that code inside could have made, or could replace: it decides nothing.
  const base::Resolved::Link* planted(const base::Resolved& resolved) const;
  /// Adds the diagnostic for such a link and says true.
  bool refuse_planted(const base::Resolved& resolved, const diag::Span& span);
  std::vector<base::AbsPath> writable{}; // where those could be, canonical
};

/// All that sessions of this sandbox may write, known before any path is followed.
std::vector<base::AbsPath> writable_places(const Lowering& lowering);

Origin origin_of(const diag::Span& span, Origin::Source source, std::string reason, const base::AbsPath& home);
Origin builtin(std::string reason);

// The parts, in order.
void lower_baseline(Lowering& lowering);    // what is closed for everybody
void lower_own(Lowering& lowering);         // the project, the sandbox's root, psbc itself
void lower_environment(Lowering& lowering); // where the virtual environment is, and its interpreter
void lower_tools(Lowering& lowering);       // Python tools that the project uses
void lower_git(Lowering& lowering);         // git directories and what the host executes from them
void lower_exposed(Lowering& lowering);     // readonly, writable
void lower_hidden(Lowering& lowering);      // hidden
void lower_home_files(Lowering& lowering);  // shell start files, git identity
void lower_variables(Lowering& lowering);   // [env]

/// The absolute path that `~`, `~/x`, `/x` or `x` (relative to `base`) means, before links.
std::optional<base::AbsPath> expand(std::string_view text, const base::AbsPath& base, const base::AbsPath& home);

/// Why `path` may not be exposed, if it may not: adds the diagnostic and says true.
bool refuse_exposure(Lowering& lowering, const base::AbsPath& path, Access access, const config::SpannedString& entry,
                     bool from_project);

} // namespace psbc::policy
