// SPDX-License-Identifier: MIT
#include "driver/policy_check.h"

#include "config/decode.h"
#include "config/load.h"
#include "driver/ceiling.h"
#include "policy/ceiling.h"

namespace psbc::driver {

std::string_view to_string(HeldAgainst::Is is) {
  switch (is) {
    case HeldAgainst::Is::within: return "within";
    case HeldAgainst::Is::excepted: return "excepted";
    case HeldAgainst::Is::exceeds: return "exceeds";
    case HeldAgainst::Is::invalid: break;
  }
  return "invalid";
}

HeldAgainst hold_against(const config::Ceiling& ceiling, const Project& project, const policy::Places& places, base::Fs& fs, Sources& sources, diag::Diagnostics& diagnostics) {
  using Is = HeldAgainst::Is;
  const auto* const source = read_config(fs, project.config_file, sources, diagnostics);
  const auto tree = source != nullptr ? config::load_project_tree(*source, diagnostics) : std::nullopt;
  if (!tree || diagnostics.has_errors()) return {};
  const auto granted = trust::capabilities({.file = *tree, .places = places, .root = project.root, .fs = fs});
  HeldAgainst out{.digest = trust::digest(granted, places.home)};
  out.exception = exception_for(ceiling, granted, places);
  out.approved = row_of(ceiling, out.digest, &config::GrantsRow::approved);
  const config::ProjectConfig config = config::decode_project(*tree);
  const std::vector<base::AbsPath> writable = {project.root};
  policy::check_ceiling({.ceiling = ceiling, .project = config, .user = {}, .places = places, .root = project.root, .fs = fs, .writable = writable}, diagnostics);
  out.is = !diagnostics.has_errors() ? Is::within : out.exception != nullptr ? Is::excepted : Is::exceeds;
  if (out.is == Is::excepted) diagnostics = {};
  return out;
}

} // namespace psbc::driver
