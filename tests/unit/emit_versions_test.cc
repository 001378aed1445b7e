// SPDX-License-Identifier: MIT
#include "emit/firejail_version.h"

#include "emit/directives.h"
#include "support/catch.h"

using namespace psbc::emit;
using psbc::diag::Diagnostics;
using psbc::diag::Severity;

TEST_CASE("the version is read from the first line of firejail --version") {
  CHECK(parse_firejail_version("firejail version 0.9.72\n\nCompile time support:\n") == FirejailVersion{0, 9, 72});
  CHECK(parse_firejail_version("firejail version 0.9.64.4\n") == FirejailVersion{0, 9, 64, 4});
  CHECK(parse_firejail_version("firejail version 0.9.64\n") == FirejailVersion{0, 9, 64});
  CHECK(FirejailVersion{0, 9, 64} < FirejailVersion{0, 9, 64, 4});
  CHECK(to_string({0, 9, 64, 4}) == "0.9.64.4");
  CHECK(to_string({0, 9, 72}) == "0.9.72");
  CHECK(parse_firejail_version("firejail version 0.9.72.\n") == FirejailVersion{0, 9, 72});
  CHECK(parse_firejail_version("firejail version 0.9.64.99999\n") == FirejailVersion{0, 9, 64});
  CHECK(parse_firejail_version("firejail version 0.9.73rc1\n") == FirejailVersion{0, 9, 73});
  CHECK(parse_firejail_version("firejail version 1.0.0") == FirejailVersion{1, 0, 0});
  for (const char* text : {"", "firejail", "firejail version ", "firejail version 0.9", "firejail version a.b.c",
                           "Warning: firejail version 0.9.72", "firejail version 0.9.99999"})
    CHECK_FALSE(parse_firejail_version(text));
}

TEST_CASE("only versions that psbc is tested with pass without a word") {
  struct Row { FirejailVersion version; Support support; bool error; bool silent; };
  const Row rows[] = {
      {{0, 9, 58, 2}, Support::refused, true, false},  {{0, 9, 64}, Support::refused, true, false},
      {{0, 9, 64, 2}, Support::refused, true, false},  {{0, 9, 64, 4}, Support::supported, false, true},
      {{0, 9, 66}, Support::supported, false, true},   {{0, 9, 68}, Support::unproved, false, false},
      {{0, 9, 70}, Support::unproved, false, false},   {{0, 9, 72}, Support::supported, false, true},
      {{0, 9, 73}, Support::unproved, false, false},   {{0, 9, 74}, Support::supported, false, true},
      {{0, 9, 80}, Support::supported, false, true},   {{0, 9, 81}, Support::newer, false, false},
      {{1, 0, 0}, Support::newer, false, false},
  };
  for (const Row& row : rows) {
    CAPTURE(to_string(row.version));
    CHECK(support(row.version) == row.support);
    Diagnostics diagnostics;
    report_support(row.version, JoinFlaw::absent, diagnostics);
    CHECK(diagnostics.has_errors() == row.error);
    CHECK(diagnostics.empty() == row.silent);
  }
}

TEST_CASE("an unknown newer firejail is treated as the newest known one") {
  for (const char* name : {"whitelist", "restrict-namespaces", "allow-bwrap"}) CHECK(find_directive(name)->exists_in({1, 2, 3}));
  CHECK_FALSE(find_directive("shell")->exists_in({1, 2, 3}));
}

TEST_CASE("before 0.9.70 a firejail may have CVE-2022-31214, unless its program is known to be mended") {
  const std::string debian = "0ee777a098fc0dc16f3f12c5bde74bed393cc87d8d894871c6fa19af28494b14";
  CHECK(join_flaw({0, 9, 64, 4}, debian) == JoinFlaw::absent);
  CHECK(join_flaw({0, 9, 64, 4}, "") == JoinFlaw::unknown);
  CHECK(join_flaw({0, 9, 66}, "1" + debian.substr(1)) == JoinFlaw::unknown);
  CHECK(join_flaw({0, 9, 70}, "") == JoinFlaw::absent);
  for (const FirejailVersion version : {FirejailVersion{0, 9, 64, 4}, FirejailVersion{0, 9, 66}, FirejailVersion{0, 9, 68}}) {
    Diagnostics diagnostics;
    report_support(version, JoinFlaw::unknown, diagnostics);
    REQUIRE_FALSE(diagnostics.empty());
    CHECK_FALSE(diagnostics.has_errors()); // it is no less so without psbc
    CHECK(diagnostics.all().front().message.find("CVE-2022-31214") != std::string::npos);
    CHECK(diagnostics.all().front().severity == Severity::warning);
  }
}

TEST_CASE("each directive that a firejail can miss says what stands in for it") {
  std::string found;
  for (const Directive& directive : all_directives()) {
    CAPTURE(directive.name);
    const bool in_own_templates = directive.role == Role::baseline || directive.role == Role::fixed || directive.role == Role::rule;
    if (in_own_templates && !directive.exists_in({0, 9, 64, 4})) {
      CHECK(directive.missing != Missing::never);
      CHECK_FALSE(directive.instead.empty());
      found += std::string(directive.name) + " ";
    }
    if (in_own_templates) CHECK(directive.exists_in({1, 0, 0}));
  }
  CHECK(found == "allow-bwrap keep-fd noinput noprinters restrict-namespaces tab ");
  CHECK(find_directive("landlock") == nullptr);
}
