// SPDX-License-Identifier: MIT
#include "runtime/carried.h"

#include <unistd.h>

#include <algorithm>

#include "base/url.h"
#include "policy/carried_variables.h"
#include "policy/index_settings.h"

namespace psbc::runtime {

using Kind = policy::CarriedVariable::Kind;

CarriedVariables carry_variables(const emit::EnterPlan& plan, const base::Env& host) {
  CarriedVariables out;
  for (const policy::CarriedVariable& variable : policy::carried_variables()) {
    const std::string name(variable.name);
    const auto value = host.get(name);
    const bool decided = std::find(plan.pass.begin(), plan.pass.end(), name) != plan.pass.end() ||
                         std::any_of(plan.variables.begin(), plan.variables.end(), [&](const auto& set) { return set.first == name; });
    const bool beside = std::find(plan.beside.begin(), plan.beside.end(), name) != plan.beside.end();
    if (!value || (decided && !beside)) continue;
    std::string carried = *value;
    if (variable.kind == Kind::proxy && base::has_userinfo(*value)) {
      out.notes.push_back(name + " stays outside, because it holds a user name or a password");
      continue;
    }
    if (variable.kind == Kind::index) {
      if (!policy::carry_addresses(*value, carried)) {
        out.refused = name;
        continue;
      }
      if (carried != *value) out.notes.push_back(name + " crosses without the user name and password in it");
    }
    if (beside)
      for (const auto& [planned, ours] : plan.variables)
        if (planned == name) carried.insert(0, ours.empty() ? "" : ours + " ");
    out.values.emplace_back(name, std::move(carried));
  }
  return out;
}

void drop_absent_certificates(std::vector<std::string>& environment) {
  std::erase_if(environment, [](const std::string& entry) {
    const std::size_t equals = entry.find('=');
    const std::string_view name = std::string_view(entry).substr(0, equals);
    for (const policy::CarriedVariable& variable : policy::carried_variables())
      if (variable.kind == Kind::file && variable.name == name)
        return equals != std::string::npos && entry[equals + 1] == '/' && access(entry.c_str() + equals + 1, R_OK) != 0;
    return false;
  });
}

} // namespace psbc::runtime
