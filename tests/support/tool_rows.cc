// SPDX-License-Identifier: MIT
// The tool table, one row a line: id, signs, what is visible of the host, variables, what is kept; separated
// by tabs, in Markdown. tools_test.py makes docs/tools.md of it.
#include <iostream>
#include <string>

#include "policy/tool_table.h"

using namespace psbc::policy;

namespace {

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

void append(std::string& list, const std::string& item) { list += (list.empty() ? "" : ", ") + item; }

std::string said(const Sign& sign) {
  switch (sign.kind) {
    case Sign::Kind::none: break;
    case Sign::Kind::always: return "always";
    case Sign::Kind::file: return code(sign.path);
    case Sign::Kind::contains: return code(sign.text) + " in " + code(sign.path);
    case Sign::Kind::table: return code("[" + std::string(sign.text) + "]");
    case Sign::Kind::home: return code("~/" + std::string(sign.path));
  }
  return {};
}

} // namespace

int main() {
  for (const Tool& tool : tool_table()) {
    std::string signs, places, variables;
    for (const Sign& sign : tool.signs)
      if (sign.kind != Sign::Kind::none) append(signs, said(sign));
    for (const std::string_view program : tool.programs)
      if (!program.empty()) append(places, "launcher " + code(program));
    for (const ToolPlace& place : tool.places)
      if (!place.path.empty()) append(places, code((place.path.view()[0] == '/' ? "" : "~/") + std::string(place.path)));
    for (const ToolVariable& variable : tool.sets)
      if (!variable.name.empty()) append(variables, code(variable.name));
    std::cout << tool.id.view() << '\t' << signs << '\t' << places << '\t' << variables << '\t' << tool.keeps.view() << '\n';
  }
}
