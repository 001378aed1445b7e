// SPDX-License-Identifier: MIT
// The variables of policy/carried_variables.h at entry: proxies, certificates, package indexes. Values are read here, and
// never at a build, so that no password of a proxy is ever in an artefact.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/env.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

struct CarriedVariables {
  std::vector<std::pair<std::string, std::string>> values;
  std::vector<std::string> notes; // one line each: what stays outside, and why
  std::string refused;            // a variable that can neither cross nor be left out; empty: none
};

/// Those that the plan neither sets nor passes by itself.
CarriedVariables carry_variables(const emit::EnterPlan& plan, const base::Env& host);

/// Inside: a tool fails at once when the file that such a variable names is not there.
void drop_absent_certificates(std::vector<std::string>& environment);

} // namespace psbc::runtime
