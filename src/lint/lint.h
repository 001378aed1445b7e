// SPDX-License-Identifier: MIT
// The linter of .python-sandbox.toml: what the build would say of a file, on any machine, and the rules of src/lint/rules
// beside. It builds nothing, runs nothing, and believes nothing of the file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/fs.h"
#include "config/config.h"
#include "diag/diagnostic.h"
#include "policy/places.h"
#include "policy/policy.h"

namespace psbc::lint {

struct Finding {
  diag::Diagnostic what;
  std::string key;                       // of the file: "readonly[2]"; empty where it is about no value
  std::optional<std::string> suppressed; // why it does not count; may be an empty reason
  bool in_baseline = false;              // and it is not the file that says so
};

/// What git says of the file. The driver asks, the rules judge.
struct RepositoryFacts {
  bool is_repository = false;
  bool is_tracked = false;
  std::string ignored_by;               // "DIR/.gitignore:3: pattern"; empty: it is not ignored
  std::vector<std::string> generated;   // tracked files that psbc generates
};

/// What this machine has beside the project.
struct MachineFacts {
  struct Other {
    base::AbsPath path;
    std::string name; // of the sandbox
  };
  std::vector<Other> others;          // roots and environments of other projects
  std::vector<std::string> stale;     // why the build is older than its inputs; empty: it is not, or there is none
};

/// What is hidden by name, and reached inside by another way.
struct Leak {
  enum class By : std::uint8_t { git, hard_link };
  By by = By::git;
  std::string sentence;
  std::string help;
};

struct Input {
  const diag::SourceFile& source;
  base::AbsPath root;        // of the project
  base::AbsPath config_file; // in it
  policy::Places places;
  base::Fs& fs;              // what may be looked at: ScopedFs, or the machine's
  const base::Env& env;
  diag::Scope scope = diag::Scope::text;
  const config::UserConfig* user = nullptr;    // of the developer; where the scope is the host
  const config::Ceiling* ceiling = nullptr;    // of the organisation, where the scope is the host
  bool is_excepted = false;                    // by it
  const RepositoryFacts* repository = nullptr; // where the scope is wider than the text
  const MachineFacts* machine = nullptr;       // where it is the host
  std::function<std::vector<Leak>(const policy::Policy&)> find_leaks = {};
};

struct Options {
  diag::Persona persona = diag::Persona::regular;
  bool ignores = true;         // suppressions in the file count
  bool severities = true;      // and what it makes of the severity of rules
  bool require_reason = false; // and need a reason
};

/// All findings, sorted by position and rule; the suppressed ones as well.
std::vector<Finding> lint(const Input& input, const Options& options);

/// What psbc build says beside what lowering does: errors and warnings about a valid file's text, whatever the machine has, so that a build
/// needs no further input. What the file suppresses counts as well: a repository silences its linter, and nothing else.
void text_findings(const diag::SourceFile& source, const base::AbsPath& config_file, const policy::Places& places, diag::Diagnostics& diagnostics);

} // namespace psbc::lint
