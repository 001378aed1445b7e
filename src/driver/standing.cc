// SPDX-License-Identifier: MIT
#include "driver/standing.h"

#include "driver/ceiling.h"

namespace psbc::driver {

std::string_view to_string(Standing::Is is) {
  switch (is) {
    case Standing::Is::approved: return "approved";
    case Standing::Is::organisation: return "organisation";
    case Standing::Is::wider: return "wider";
    case Standing::Is::denied: return "denied";
    case Standing::Is::never: break;
  }
  return "never";
}

Standing judge(const trust::Approval& approval, const trust::Capabilities& asked, const config::Ceiling& ceiling, const base::AbsPath& home) {
  using Is = Standing::Is;
  const std::string digest = trust::digest(asked, home);
  if (approval.denied == digest) return {.is = Is::denied};
  if (approval.granted && trust::widening(*approval.granted, asked).empty()) return {.is = Is::approved};
  if (const config::GrantsRow* const row = row_of(ceiling, digest, &config::GrantsRow::approved)) return {.is = Is::organisation, .row = row};
  return {.is = approval.granted ? Is::wider : Is::never};
}

Judged judge(const CompileInput& in, const trust::Approval& approval, Sources& sources, diag::Diagnostics& diagnostics) {
  // Separately: each is missing only for what is wrong with itself.
  diag::Diagnostics of_file, of_organisation;
  Judged out{.asked = asked(in, sources, of_file), .ceiling = load_ceiling(in.fs, sources, of_organisation)};
  for (const diag::Diagnostics* all : {&of_file, &of_organisation})
    for (const diag::Diagnostic& one : all->all()) diagnostics.add(one);
  if (out.asked && out.ceiling) out.standing = judge(approval, out.asked->capabilities, *out.ceiling, in.places.home);
  return out;
}

} // namespace psbc::driver
