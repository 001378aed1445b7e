// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "policy/installations.h"
#include "policy/lowering.h"
#include "policy/tool_table.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t sign_limit = 1 << 20; // bytes of a file that is looked at

/// Does pyproject.toml hold `[table]` or `[table.x]`? A look at line starts is enough: it decides
/// which built-in row applies and nothing else.
bool has_table(std::string_view pyproject, std::string_view table) {
  for (std::string_view line : base::split(pyproject, '\n')) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t' || line.front() == '[')) line.remove_prefix(1);
    if (line.starts_with(table) && line.size() > table.size() && (line[table.size()] == ']' || line[table.size()] == '.')) return true;
  }
  return false;
}

bool holds(base::Fs& fs, const AbsPath& project, const std::optional<AbsPath>& home, const Sign& sign) {
  switch (sign.kind) {
    case Sign::Kind::none: return false;
    case Sign::Kind::always: return true;
    case Sign::Kind::file: return fs.kind(project / sign.path) == Kind::file;
    case Sign::Kind::home: return home && fs.kind(*home / sign.path) != Kind::absent;
    case Sign::Kind::contains:
    case Sign::Kind::table: {
      const auto text = fs.read(project / sign.path, sign_limit);
      if (!text) return false;
      return sign.kind == Sign::Kind::table ? has_table(*text, sign.text) : text->find(sign.text) != std::string::npos;
    }
  }
  return false;
}

std::string expand_holes(std::string_view value, const Lowering& lowering) {
  const Policy& policy = lowering.out;
  struct Hole {
    std::string_view name;
    std::string text;
  };
  const Hole holes[] = {{"@{cache}", policy.root.string() + "/cache"},
                        {"@{state}", policy.root.string() + "/state"},
                        {"@{root}", policy.root.string()},
                        {"@{home}", policy.home.string()},
                        {"@{project}", policy.project.string()},
                        {"@{environment}", policy.environment.string()}};
  for (const Hole& hole : holes)
    if (value.starts_with(hole.name)) return hole.text + std::string(value.substr(hole.name.size()));
  return std::string(value);
}

} // namespace

const Sign* recognise(base::Fs& fs, const AbsPath& project, const std::optional<AbsPath>& home, const Tool& tool) {
  for (const Sign& sign : tool.signs)
    if (holds(fs, project, home, sign)) return &sign;
  return nullptr;
}

void lower_tools(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  expose_named_interpreters(lowering);
  for (const Tool& tool : tool_table()) {
    if (recognise(in.fs, in.root, in.places.home, tool) == nullptr) continue;
    lowering.out.tools.emplace_back(tool.id);
    const Origin origin{.source = Origin::Source::tool, .where = tool.id, .reason = "the tool's installation", .span = {}};
    for (const ToolPlace& place : tool.places)
      if (place.path != nullptr) expose_place(lowering, place, origin);
    for (const char* program : tool.programs)
      if (program != nullptr) expose_launcher(lowering, program, origin);
    for (const ToolVariable& variable : tool.sets)
      if (variable.name != nullptr)
        lowering.out.variables.push_back({.name = variable.name, .value = expand_holes(variable.value, lowering),
                                          .origin = {.source = Origin::Source::tool, .where = tool.id, .reason = {}, .span = {}}});
  }
}

} // namespace psbc::policy
