// SPDX-License-Identifier: MIT
#include "diag/codes.h"

#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace psbc::diag {
namespace {

constexpr auto rows = std::to_array<Rule>({
#define PSBC_CODE(id, name, slug, severity, scope, persona, fix, summary) \
  {#id, slug, Severity::severity, Scope::scope, Persona::persona, Fix::fix, summary},
#include "diag/codes.def"
#undef PSBC_CODE
});

} // namespace

const Rule& rule(Code code) { return rows.at(static_cast<std::size_t>(code)); }

std::optional<Code> find_rule(std::string_view id_or_slug) {
  for (std::size_t n = 0; n < rows.size(); ++n)
    if (rows[n].id == id_or_slug || rows[n].slug == id_or_slug) return static_cast<Code>(n);
  return std::nullopt;
}

std::string nearest_rule(std::string_view id_or_slug) {
  std::vector<std::string> known;
  for (const Rule& row : rows) {
    known.emplace_back(row.id);
    known.emplace_back(row.slug);
  }
  return base::nearest(id_or_slug, known);
}

Family family(Code code) { return static_cast<Family>(rule(code).id.at(3) - '0'); } // "PSB203"

std::string_view id(Code code) { return rule(code).id; }

std::string_view slug(Code code) { return rule(code).slug; }

std::string_view to_string(Severity severity) {
  return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "info";
}

std::string_view to_string(Scope scope) { return scope == Scope::text ? "text" : scope == Scope::repo ? "repo" : "host"; }

std::string_view to_string(Persona persona) {
  return persona == Persona::regular ? "regular" : persona == Persona::pedantic ? "pedantic" : "auditor";
}

std::string_view to_string(Fix fix) { return fix == Fix::none ? "none" : fix == Fix::safe ? "safe" : "unsafe"; }

} // namespace psbc::diag
