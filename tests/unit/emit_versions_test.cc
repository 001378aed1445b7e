// SPDX-License-Identifier: MIT
#include "emit/firejail_version.h"

#include "emit/directives.h"
#include "support/catch.h"

using namespace psbc::emit;
using psbc::diag::Diagnostics;
using psbc::diag::Severity;

TEST_CASE("the version is read from the first line of firejail --version") {
  CHECK(parse_firejail_version("firejail version 0.9.72\n\nCompile time support:\n") == FirejailVersion{0, 9, 72});
  CHECK(parse_firejail_version("firejail version 0.9.64.4\n") == FirejailVersion{0, 9, 64});
  CHECK(parse_firejail_version("firejail version 0.9.73rc1\n") == FirejailVersion{0, 9, 73});
  CHECK(parse_firejail_version("firejail version 1.0.0") == FirejailVersion{1, 0, 0});
  for (const char* text : {"", "firejail", "firejail version ", "firejail version 0.9", "firejail version a.b.c",
                           "Warning: firejail version 0.9.72", "firejail version 0.9.99999"})
    CHECK_FALSE(parse_firejail_version(text));
}

TEST_CASE("only versions that psbc is tested with pass without a word") {
  struct Row { FirejailVersion version; Support support; bool error; bool silent; };
  const Row rows[] = {
      {{0, 9, 64}, Support::vulnerable, true, false}, {{0, 9, 68}, Support::vulnerable, true, false},
      {{0, 9, 70}, Support::unproved, false, false},  {{0, 9, 72}, Support::supported, false, true},
      {{0, 9, 73}, Support::unproved, false, false},  {{0, 9, 74}, Support::supported, false, true},
      {{0, 9, 80}, Support::unproved, false, false},  {{0, 9, 81}, Support::newer, false, false},
      {{1, 0, 0}, Support::newer, false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(to_string(row.version));
    CHECK(support(row.version) == row.support);
    Diagnostics diagnostics;
    report_support(row.version, diagnostics);
    CHECK(diagnostics.has_errors() == row.error);
    CHECK(diagnostics.empty() == row.silent);
  }
}

TEST_CASE("an unknown newer firejail is treated as the newest known one") {
  for (const char* name : {"whitelist", "restrict-namespaces", "allow-bwrap"}) CHECK(find_directive(name)->exists_in({1, 2, 3}));
  CHECK_FALSE(find_directive("shell")->exists_in({1, 2, 3}));
}

TEST_CASE("each directive that a firejail can miss says what stands in for it") {
  for (const char* name : {"keep-fd", "noinput", "noprinters", "restrict-namespaces", "tab"}) {
    const Directive* directive = find_directive(name);
    REQUIRE(directive != nullptr);
    CHECK(directive->missing != Missing::never);
    CHECK_FALSE(directive->instead.empty());
  }
  CHECK(find_directive("landlock") == nullptr);
}
