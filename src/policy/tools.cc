// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "policy/lowering.h"
#include "policy/tool_table.h"

namespace psbc::policy {

using base::Kind;

namespace {

/// Does pyproject.toml hold `[table]` or `[table.x]`? A look at line starts is enough: it decides
/// which built-in row applies and nothing else.
bool has_table(std::string_view pyproject, std::string_view table) {
  for (std::string_view line : base::split(pyproject, '\n')) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t' || line.front() == '[')) line.remove_prefix(1);
    if (line.starts_with(table) && line.size() > table.size() && (line[table.size()] == ']' || line[table.size()] == '.')) return true;
  }
  return false;
}

bool uses(const LowerInput& in, const Tool& tool, const std::string& pyproject) {
  if (tool.always) return true;
  for (const char* file : tool.files)
    if (file != nullptr && in.fs.kind(in.root / file) == Kind::file) return true;
  return tool.pyproject_table != nullptr && has_table(pyproject, tool.pyproject_table);
}

std::string expand_holes(std::string_view value, const Policy& policy) {
  struct Hole {
    std::string_view name;
    std::string text;
  };
  const Hole holes[] = {{"@{cache}", policy.root.string() + "/cache"},
                        {"@{state}", policy.root.string() + "/state"},
                        {"@{root}", policy.root.string()},
                        {"@{environment}", policy.environment.string()}};
  for (const Hole& hole : holes)
    if (value.starts_with(hole.name)) return hole.text + std::string(value.substr(hole.name.size()));
  return std::string(value);
}

void expose_installation(Lowering& lowering, const char* relative, const Origin& origin) {
  const LowerInput& in = lowering.in;
  const auto resolved = resolve(in.fs, in.places.home / relative);
  if (!resolved || resolved->kind == Kind::absent || resolved->kind == Kind::other) return;
  // A launcher that is a link into another tool's tree, or out of HOME: the target alone is exposed.
  if (resolved->path == in.places.home || in.places.home.is_under(resolved->path)) return;
  lowering.add(Access::read_only, resolved->path, origin);
  lowering.add_aliases(*resolved, origin);
}

} // namespace

void lower_tools(Lowering& lowering) {
  const auto pyproject = lowering.in.fs.read(lowering.in.root / "pyproject.toml", 1 << 20);
  for (const Tool& tool : tool_table()) {
    if (!uses(lowering.in, tool, pyproject ? *pyproject : "")) continue;
    lowering.out.tools.emplace_back(tool.id);
    const Origin origin{.source = Origin::Source::tool, .where = tool.id, .reason = "the tool's installation", .span = {}};
    for (const char* path : tool.exposes)
      if (path != nullptr) expose_installation(lowering, path, origin);
    for (const ToolVariable& variable : tool.sets)
      if (variable.name != nullptr)
        lowering.out.variables.push_back({.name = variable.name, .value = expand_holes(variable.value, lowering.out),
                                          .origin = {.source = Origin::Source::tool, .where = tool.id, .reason = {}, .span = {}}});
  }
}

} // namespace psbc::policy
