// SPDX-License-Identifier: MIT
#include "config/versions.h"

#include "support/catch.h"

using psbc::config::holds;
using psbc::config::parse_version_rules;
using psbc::config::Version;

TEST_CASE("comparisons of versions hold as pip's do, with a fourth number that is 0 where it is missing") {
  const auto allows = [](const char* rules, const Version& version) { return holds(parse_version_rules(rules).value(), version); };
  const Version old{0, 9, 64, 4}, bookworm{0, 9, 72, 0}, newest{0, 9, 80, 0};
  CHECK(allows(">=0.9.72", bookworm));
  CHECK(allows(">=0.9.72", newest));
  CHECK_FALSE(allows(">=0.9.72", old));
  CHECK_FALSE(allows(">0.9.72", bookworm));
  CHECK(allows("<=0.9.72", bookworm));
  CHECK_FALSE(allows("<0.9.72", bookworm));
  CHECK(allows("==0.9.72.0", bookworm));
  CHECK_FALSE(allows("==0.9.64", old));
  CHECK(allows("!=0.9.64", old));
  CHECK_FALSE(allows(">=0.9.64, !=0.9.72", bookworm));
  CHECK(allows(" >= 0.9.64 , != 0.9.72 ", newest));
  CHECK(allows(">=0.9.9", Version{0, 9, 10, 0})); // numbers, not text
}

TEST_CASE("what is no list of comparisons is none") {
  for (const char* text : {"", ",", "0.9.72", ">=", ">=0.9", ">=0.9.72.1.2", ">=0.9.x", ">=0.9.72,", "~=0.9.72", ">=0.9.72 <1.0.0", ">=99999.0.0", ">=-1.0.0", ">= 0. 9.72"})
    CHECK_FALSE(parse_version_rules(text));
}
