// SPDX-License-Identifier: MIT
// Configuration and machine to Policy. Beyond this point nobody looks at TOML again, `~` is gone, and
// every path is canonical. Everything is asked through `fs` and `env`, so the trace is complete.
#pragma once

#include <optional>

#include "config/config.h"
#include "policy/places.h"
#include "policy/policy.h"

namespace psbc::policy {

struct LowerInput {
  const config::ProjectConfig& project;
  const config::UserConfig& user;
  const Places& places;
  base::AbsPath root;          // the project's directory, canonical
  base::AbsPath config_file;   // in it
  base::AbsPath self;          // the psbc binary: the first process inside
  base::Fs& fs;
  const base::Env& env;
  const config::Ceiling* ceiling = nullptr; // of the organisation, where there is one
  bool is_excepted = false;                 // and it lets this project's file go beyond it
};

struct AuditChoice {
  config::AuditTo to = config::AuditTo::off;
  bool is_required = false; // by the organisation
};
/// The organisation's word, where it has one, in place of the user's own.
AuditChoice audit_choice(const config::Ceiling* ceiling, const config::UserConfig* user);

/// Nothing when a diagnostic of severity error was added.
std::optional<Policy> lower(const LowerInput& input, diag::Diagnostics& diagnostics);

} // namespace psbc::policy
