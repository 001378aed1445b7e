// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "policy/installation_tree.h"
#include "policy/installations.h"
#include "policy/lowering.h"
#include "policy/tool_table.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

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

void lower_tools(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  Recogniser recogniser(in.fs, in.root, in.places.home);
  expose_named_interpreter(lowering, recogniser);
  for (const Tool& tool : tool_table()) {
    if (recogniser.find(tool) == nullptr) continue;
    lowering.out.tools.emplace_back(tool.id);
    const Origin origin{.source = Origin::Source::tool, .where = std::string(tool.id), .reason = "the tool's installation", .span = {}};
    for (const ToolPlace& place : tool.places)
      if (!place.path.empty()) expose_place(lowering, place, origin);
    for (const std::string_view program : tool.programs)
      if (!program.empty()) expose_launcher(lowering, program, origin);
    for (const ToolVariable& variable : tool.sets)
      if (!variable.name.empty())
        lowering.out.variables.push_back({.name = std::string(variable.name), .value = expand_holes(variable.value, lowering),
                                          .origin = {.source = Origin::Source::tool, .where = std::string(tool.id), .reason = {}, .span = {}}});
  }
}

} // namespace psbc::policy
