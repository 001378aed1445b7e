// SPDX-License-Identifier: MIT
#include "policy/passes/passes.h"

#include "policy/verify.h"
#include "support/catch.h"
#include "support/lowered.h"

using namespace psbc::policy;
using psbc::base::AbsPath;
using psbc::test::access_of;

namespace {

Policy with(std::vector<std::pair<Access, const char*>> rules) {
  Policy policy{.name = "lab", .id = "lab-0", .home = AbsPath::literal("/home/u"), .project = AbsPath::literal("/home/u/lab"),
                .root = AbsPath::literal("/home/u/root"), .session = AbsPath::literal("/home/u/state/inside"),
             .temporary = AbsPath::literal("/tmp/psbc-1000/0123456789ab"),
                .environment = AbsPath::literal("/home/u/envs/lab"),
                .rules = {}, .aliases = {}, .variables = {}, .pass = {}, .home_files = {}, .tools = {}};
  for (const auto& [access, path] : rules)
    policy.rules.push_back({.access = access, .path = AbsPath::literal(path), .origin = {.where = "test"}});
  return policy;
}

} // namespace

TEST_CASE("the strongest of two rules for one path stays") {
  const Policy policy = normalise(with({{Access::writable, "/home/u/lab"}, {Access::closed, "/home/u"},
                                        {Access::read_only, "/home/u/lab"}, {Access::hidden, "/home/u/lab/x"}}));
  CHECK(access_of(policy, "/home/u/lab") == "read-only");
  CHECK(policy.rules.size() == 3);
  CHECK_FALSE(broken_law(policy, Stage::normalised));
}

TEST_CASE("a rule that says again what is around it still wins over weaker ones for its path") {
  const Policy policy = normalise(with({{Access::closed, "/home/u"}, {Access::read_only, "/home/u/lab"}, {Access::read_only, "/home/u/lab/a"},
                                        {Access::writable, "/home/u/lab/a"}, {Access::hidden, "/home/u/x"}, {Access::read_only, "/home/u/x"}}));
  CHECK(access_of(policy, "/home/u/lab/a").empty()); // read-only, as what is around it
  CHECK(access_of(policy, "/home/u/x").empty());     // not there at all
}

TEST_CASE("a pin does not make writable what lies in something read-only") {
  const auto rules = with({{Access::closed, "/home/u"}, {Access::writable, "/home/u/lab"}, {Access::read_only, "/home/u/lab/a"},
                           {Access::pinned, "/home/u/lab/a/b"}, {Access::pinned, "/home/u/lab/c"}, {Access::pinned, "/home/u/git"},
                           {Access::writable, "/home/u/git"}});
  CHECK(broken_law(rules, Stage::normalised));
  const Policy policy = normalise(rules);
  CHECK_FALSE(broken_law(policy, Stage::normalised));
  CHECK(access_of(policy, "/home/u/lab/a/b").empty());
  CHECK(access_of(policy, "/home/u/lab/c") == "pinned");
  CHECK(access_of(policy, "/home/u/git") == "writable");
}

TEST_CASE("what is hidden stays hidden where nothing else is, whatever exposes it or what is below it") {
  const Policy policy = normalise(with({{Access::closed, "/home/u"}, {Access::hidden, "/home/u/a"}, {Access::read_only, "/home/u/a"},
                                        {Access::hidden, "/home/u/b"}, {Access::read_only, "/home/u/b/c"}, {Access::writable, "/home/u/b/d"}}));
  CHECK(policy.rules.size() == 1);
}

TEST_CASE("nothing is named below what is hidden, and nothing is said twice") {
  const Policy policy = normalise(with({{Access::closed, "/home/u"}, {Access::writable, "/home/u/lab"}, {Access::hidden, "/home/u/lab/a"},
                                        {Access::read_only, "/home/u/lab/a/b"}, {Access::writable, "/home/u/lab/c"},
                                        {Access::hidden, "/home/u/nowhere"}}));
  CHECK(policy.rules.size() == 3);
}

TEST_CASE("each directory between a writable root and what is protected is pinned, the root is not") {
  const Policy policy = pin(normalise(with({{Access::closed, "/home/u"}, {Access::writable, "/home/u/lab"},
                                            {Access::hidden, "/home/u/lab/a/b/c"}, {Access::read_only, "/home/u/lab/top"}})));
  CHECK(access_of(policy, "/home/u/lab/a") == "pinned");
  CHECK(access_of(policy, "/home/u/lab/a/b") == "pinned");
  CHECK(access_of(policy, "/home/u/lab") == "writable");
  CHECK_FALSE(broken_law(policy, Stage::pinned));
}

TEST_CASE("the laws notice what they are there for") {
  CHECK(broken_law(with({{Access::writable, "/home/u"}}), Stage::lowered));
  CHECK(broken_law(with({{Access::read_only, "/"}}), Stage::lowered));
  CHECK(broken_law(with({{Access::writable, "/home/u/state"}}), Stage::lowered));
  CHECK(broken_law(with({{Access::writable, "/b"}, {Access::writable, "/a"}}), Stage::normalised));
  CHECK(broken_law(with({{Access::hidden, "/a"}, {Access::read_only, "/a/b"}}), Stage::normalised));
  CHECK(broken_law(with({{Access::closed, "/home/u"}, {Access::writable, "/home/u/lab"}, {Access::hidden, "/home/u/lab/a/b"}}), Stage::pinned));
  auto orphan = with({{Access::writable, "/a"}});
  orphan.rules[0].origin.where.clear();
  CHECK(broken_law(orphan, Stage::lowered));
}
