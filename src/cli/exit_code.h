// SPDX-License-Identifier: MIT
// The one table of exit statuses (README). `enter` and `run` pass the child's status through and use
// the last three for their own failures, as env(1) does.
#pragma once

namespace psbc::cli {

enum ExitCode : int {
  exit_fine = 0,
  exit_findings = 1,    // findings, or stale under --check
  exit_usage = 2,       // wrong usage, or an invalid file
  exit_not_trusted = 3, // not trusted, more than an organisation allows, or nothing to work on
  exit_machine = 4,     // the machine cannot do it: no firejail, I/O
  exit_own_failure = 125,
  exit_not_executable = 126,
  exit_not_found = 127,
};

} // namespace psbc::cli
