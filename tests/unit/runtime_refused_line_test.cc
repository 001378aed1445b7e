// SPDX-License-Identifier: MIT
#include "runtime/refused_line.h"

#include "support/catch.h"

using psbc::runtime::blamed_line;

TEST_CASE("the line that firejail blames is shown as the profile has it") {
  const std::string profile = "# first\nnodvd\nwhitelist /x\x1b[31m\n";
  CHECK(blamed_line("Error: line 2 in /s/enter.profile is invalid\n", profile) == "line 2 of its profile: `nodvd`");
  CHECK(blamed_line("Warning: x\nError: line 3 in /s/p is invalid\n", profile).find('\x1b') == std::string::npos);
  for (const char* printed : {"", "Error: line", "Error: line 0 in /p is invalid", "Error: line 99 in /p is invalid",
                              "Error: line x in /p", "Error: line 99999999999999999999999 in /p", "Error: line 2", "Error: invalid whitelist path /x"})
    CHECK(blamed_line(printed, profile).empty());
}
