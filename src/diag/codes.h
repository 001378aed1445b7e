// SPDX-License-Identifier: MIT
// The rules: what each diagnostic of the build and each finding of lint is about. codes.def is their one home.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psbc::diag {

enum class Severity : std::uint8_t { error, warning, info };
/// What a rule looks at: the file alone, the project's directory as well, the developer's machine as well.
enum class Scope : std::uint8_t { text, repo, host };
/// Who sees its findings in lint: each sees those of the ones before.
enum class Persona : std::uint8_t { regular, pedantic, auditor };
/// Whether lint can mend it, and whether the file then means the same.
enum class Fix : std::uint8_t { none, safe, unsafe };

enum class Code : std::uint8_t {
#define PSBC_CODE(id, name, slug, severity, scope, persona, fix, summary) name,
#include "diag/codes.def"
#undef PSBC_CODE
};

struct Rule {
  std::string_view id;   // "PSB002"
  std::string_view slug; // "unknown-key"
  Severity severity;
  Scope scope;
  Persona persona;
  Fix fix;
  std::string_view summary;
};

constexpr std::size_t rule_count = 0
#define PSBC_CODE(id, name, slug, severity, scope, persona, fix, summary) +1
#include "diag/codes.def"
#undef PSBC_CODE
    ;

const Rule& rule(Code code);
/// By id or name; nothing for one that there is not.
std::optional<Code> find_rule(std::string_view id_or_slug);
/// The id or name that was meant; empty when none is near.
std::string nearest_rule(std::string_view id_or_slug);

/// The groups of codes.def, by the first digit.
enum class Family : std::uint8_t { text, portability, exposure, hiding, crossing, hostile, hygiene, suppression, machine, profile };
Family family(Code code);

std::string_view id(Code code);
std::string_view slug(Code code);

std::string_view to_string(Severity severity); // "error", "warning", "info"
std::string_view to_string(Scope scope);
std::string_view to_string(Persona persona);
std::string_view to_string(Fix fix);

} // namespace psbc::diag
