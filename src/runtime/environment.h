// SPDX-License-Identifier: MIT
// The environment inside, built from nothing: a variable of the host crosses only when the table in
// environment.cc names it, or the project's or the user's file does. A name that nobody has heard of
// (ACME_PASSPHRASE) does not cross either (THREATS B2).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

struct BaseVariable {
  std::string_view name; // a trailing `*` stands for any rest
  std::string_view reason;
};
/// The base list; `docs/environment.md` and `psbc explain` show it.
std::span<const BaseVariable> base_variables();
/// Nothing, or the row of the base list by which `name` crosses.
const BaseVariable* base_variable(std::string_view name);

/// Does the host's variable of this name cross?
bool crosses(const emit::EnterPlan& plan, std::string_view name);

/// What the command gets, but for what only inside can be known: see `finish_environment`. "NAME=value"
/// in the order of the names.
std::vector<std::string> make_environment(const emit::EnterPlan& plan, const std::string& build, const base::Env& host);

/// Run inside: PATH keeps only directories that exist there, and the virtual environment is activated
/// when it has an interpreter.
void finish_environment(std::vector<std::string>& environment, const emit::EnterPlan& plan);

} // namespace psbc::runtime
