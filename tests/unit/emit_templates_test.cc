// SPDX-License-Identifier: MIT
#include "emit/templates.h"

#include "support/catch.h"

using namespace psbc::emit;

namespace {
Template user(std::string text) {
  static std::vector<std::shared_ptr<const psbc::diag::SourceFile>> files; // diagnostics point into them
  const auto& file = files.emplace_back(std::make_shared<const psbc::diag::SourceFile>("~/t/enter.profile", text));
  return {.name = "profile/enter.profile", .text = std::move(text), .from = file->name(), .file = file.get()};
}
} // namespace

TEST_CASE("a hole on its own line becomes any number of lines") {
  const Template tmpl = user("a\n@{x}\nb @{y} c@{y}\n");
  CHECK(*fill(tmpl, {{"x", "1\n2\n"}, {"y", "Y"}}) == "a\n1\n2\nb Y cY\n");
  CHECK(*fill(tmpl, {{"x", ""}, {"y", ""}}) == "a\nb  c\n");
  const auto filled = fill_lines(tmpl, {{"x", "1\n2"}, {"y", "Y"}});
  CHECK(filled->lines == std::vector<std::uint32_t>{1, 2, 2, 3});
  CHECK(filled->from_hole == std::vector<bool>{false, true, true, false});
}

TEST_CASE("what fills a hole is not looked at again") {
  CHECK(*fill(user("@{x} @{y}\n"), {{"x", "@{y}"}, {"y", "@{x}"}}) == "@{y} @{x}\n");
}

TEST_CASE("a wrong hole is refused with the template, its line and the hole") {
  const auto cause = [](std::string text, Holes holes) {
    const Template tmpl = user(std::move(text));
    const auto filled = fill(tmpl, holes);
    REQUIRE_FALSE(filled);
    CHECK(filled.error().object == "~/t/enter.profile");
    return filled.error().cause;
  };
  CHECK(cause("a\n@{z}\n", {{"x", ""}}) == "line 2: there is no hole `@{z}`, only `@{x}`");
  CHECK(cause("a\n@{x\n", {{"x", ""}}) == "line 2: there is no hole `@{x`, only `@{x}`");
  CHECK(cause("a\nb\n", {{"x", ""}}) == "line 2: the hole `@{x}` is missing");
  CHECK(cause("a @{x}\n", {{"x", "1\n2"}}) == "line 1: `@{x}` is several lines here: it needs a line of its own");
}

TEST_CASE("a user's template is shown with its line") {
  const Template tmpl = user("a\n@{z}\nb\n");
  const auto filled = fill(tmpl, {});
  const auto diagnostic = bad_template(tmpl, filled.error());
  CHECK(diagnostic.message == "there is no hole `@{z}`, only none");
  REQUIRE(diagnostic.labels.size() == 1);
  CHECK(diagnostic.labels[0].span.begin == 2);
  CHECK(diagnostic.labels[0].span.end == 6);
}

TEST_CASE("the built-in templates are there") { CHECK(builtin_templates().all.size() == 11); }
