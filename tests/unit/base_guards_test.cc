// SPDX-License-Identifier: MIT
#include "base/guards.h"

#include <set>

#include "support/catch.h"

using namespace psbc::base;

TEST_CASE("every guarded row can be asked for by its name, and says who obeys it, when, and who says so") {
  CHECK(guard_count() >= 40);
  std::set<std::string_view> paths;
  for (std::size_t i = 0; i < guard_count(); ++i) {
    const Guard each = guard(i);
    CAPTURE(each.name);
    CHECK(each.index == i);
    REQUIRE(find_guard(each.name));
    CHECK(find_guard(each.name)->index == i);
    for (const auto text : {each.tool, each.when, each.source, each.risk}) CHECK(!text.empty());
    CHECK(!each.paths().empty());
    for (const auto path : each.paths()) CHECK(!path.starts_with('/'));
  }
  CHECK(!find_guard("no such row"));
}

TEST_CASE("the rows that decide most are what they must be") {
  const auto own = find_guard(".python-sandbox.toml");
  REQUIRE(own);
  CHECK(own->guarding == Guard::Class::pinned);
  CHECK(!own->may_open);
  const auto common = find_guard(".git/commondir");
  REQUIRE(common);
  CHECK(common->where == Guard::Where::git);
  CHECK(common->absent == Guard::Absent::file);
  CHECK(common->text == ".\n");
  const auto code = find_guard(".vscode");
  REQUIRE(code);
  CHECK(code->paths().front() == ".vscode/");
  CHECK(code->absent == Guard::Absent::directory);
  CHECK(find_guard(".pre-commit-config.yaml")->guarding == Guard::Class::reported);
}
