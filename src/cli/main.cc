// SPDX-License-Identifier: MIT
#include <string_view>

#include "cli/app.h"
#include "cli/git.h"
#include "cli/inside_git.h"

int main(int argc, char** argv) {
  const std::string_view called = argc > 0 ? argv[0] : "";
  if (psbc::cli::is_git_stand_in(called)) return psbc::cli::git_stand_in(argc, argv);
  if (called.substr(called.rfind('/') + 1) == "git") return psbc::cli::inside_git(argc, argv);
  return psbc::cli::run(argc, argv);
}
