// SPDX-License-Identifier: MIT
#include "trace/check.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "base/text.h"
#include "trace/absences.h"

namespace psbc::trace {
namespace {

bool is_about_path(const Fact& fact) { return fact.kind != FactKind::env && fact.kind != FactKind::day && fact.kind != FactKind::constant; }

/// A difference and the path that it is about, parsed once.
struct Suspect {
  Difference difference;
  std::optional<base::AbsPath> path;
  FactKind kind() const { return difference.then.kind; }
};

bool is_psbc_itself(const Suspect& s) {
  return (s.kind() == FactKind::constant && s.difference.then.subject == "psbc") ||
         (s.kind() == FactKind::stamp && s.path && s.path->name() == "psbc");
}

/// Whether `cause` alone makes `effect` differ.
bool explains(const Suspect& cause, const Suspect& effect) {
  // Templates, schema and catalogue are inside the binary.
  if (is_psbc_itself(cause))
    return effect.kind() == FactKind::constant && effect.difference.then.subject != "psbc";
  if (!cause.path || !effect.path) return false;
  const bool same_path = *cause.path == *effect.path;
  if (cause.kind() == FactKind::kind || cause.kind() == FactKind::target) {
    if (effect.path->is_strictly_under(*cause.path)) return true;
    return same_path && effect.kind() != FactKind::kind && effect.kind() != cause.kind();
  }
  return cause.kind() == FactKind::file && same_path && effect.kind() == FactKind::stamp;
}

std::optional<long> count_of(std::string_view value) {
  long out = 0;
  const auto end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, out);
  if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != ' ') return std::nullopt;
  return out;
}

/// Whether the paths that appeared and disappeared in a directory (below it, for a pattern) account
/// for its new number of names.
bool counted_already(const Suspect& list, const std::vector<Suspect>& all) {
  const auto had = count_of(list.difference.then.value), has = count_of(list.difference.now);
  if (!had || !has || !list.path) return false;
  std::map<base::AbsPath, long> steps; // one for each path, whatever was asked about it
  for (const Suspect& s : all) {
    if (s.kind() != FactKind::kind && s.kind() != FactKind::file) continue;
    if (!s.path || !s.path->is_strictly_under(*list.path)) continue;
    if (list.kind() == FactKind::names && !(s.path->parent() == *list.path)) continue;
    const long step = (s.difference.then.value == absent ? 1 : 0) - (s.difference.now == absent ? 1 : 0);
    if (step != 0) steps[*s.path] = step;
  }
  long change = 0;
  for (const auto& [path, step] : steps) change += step;
  return !steps.empty() && change == *has - *had;
}

/// Whether each name that came or went among those asked for is said by a fact of its own.
bool said_already(const Suspect& suspect, const std::vector<Suspect>& all) {
  const auto& [then, now] = suspect.difference;
  for (const std::string_view name : base::split(then.question, '/')) {
    if (has_found(then.value, name) == has_found(now, name)) continue;
    const bool said = std::any_of(all.begin(), all.end(), [&](const Suspect& other) {
      return &other != &suspect && other.path && suspect.path && *other.path == *suspect.path / name;
    });
    if (!said) return false;
  }
  return true;
}

bool is_consequence(const Suspect& suspect, const std::vector<Suspect>& all) {
  if ((suspect.kind() == FactKind::names || suspect.kind() == FactKind::glob || suspect.kind() == FactKind::find) &&
      counted_already(suspect, all))
    return true;
  if (suspect.kind() == FactKind::among && said_already(suspect, all)) return true;
  return std::any_of(all.begin(), all.end(),
                     [&](const Suspect& other) { return &other != &suspect && explains(other, suspect); });
}

} // namespace

std::vector<Difference> differences(const Facts& facts, const World& world) {
  std::vector<Suspect> suspects;
  const auto suspect = [&](const Fact& then, std::string now) {
    auto path = is_about_path(then) ? base::AbsPath::parse(then.subject) : std::nullopt;
    suspects.push_back({{then, std::move(now)}, std::move(path)});
  };
  std::size_t constants = 0;
  Absences absences(facts, world.fs);
  for (const Fact& fact : facts) {
    constants += fact.kind == FactKind::constant ? 1 : 0;
    if (absences.hold(fact)) continue;
    if (std::string now = observe(fact, world); now != fact.value) suspect(fact, std::move(now));
  }
  // A constant that the last build did not know: an option that was not given then.
  if (constants != world.constants.size())
    for (const auto& constant : world.constants)
      if (std::none_of(facts.begin(), facts.end(), [&](const Fact& fact) {
            return fact.kind == FactKind::constant && fact.subject == constant.first;
          }))
        suspect({FactKind::constant, constant.first, "", unset}, constant.second);

  std::vector<Difference> out;
  for (const Suspect& s : suspects)
    if (!is_consequence(s, suspects)) out.push_back(s.difference);
  return out;
}

Freshness check(const std::optional<Current>& current, const World& world, const base::AbsPath& home) {
  Freshness out;
  if (!current) {
    out.inputs.emplace_back("nothing is built yet");
    return out;
  }
  if (current->files() == nullptr) {
    out.outputs.emplace_back("the directory of the last build was deleted, replaced, or opened to others");
    return out;
  }
  switch (current->state()) {
    case base::RecordsState::newer:
      out.inputs.emplace_back("the last build was made by a newer psbc");
      return out;
    case base::RecordsState::damaged:
      out.inputs.emplace_back("the record of the last build cannot be read");
      return out;
    case base::RecordsState::whole: break;
  }
  for (const Difference& difference : differences(current->trace().facts, world)) {
    std::string sentence = explain(difference, world.fs, home);
    // Two facts may say the same: psbc's stamp and its build id, one file read with two limits.
    if (std::find(out.inputs.begin(), out.inputs.end(), sentence) == out.inputs.end())
      out.inputs.push_back(std::move(sentence));
  }
  if (out.inputs.empty() && current->trace().moved)
    out.inputs.emplace_back("files changed while the last build read them");
  for (const OutputRecord& output : current->trace().outputs)
    if (auto sentence = damage(*current->files(), output)) out.outputs.push_back(std::move(*sentence));
  return out;
}

} // namespace psbc::trace
