// SPDX-License-Identifier: MIT
#include "cli/inside_git.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/text.h"
#include "cli/context.h"
#include "cli/inside_git_files.h"
#include "cli/inside_git_places.h"
#include "cli/inside_git_settings.h"

namespace psbc::cli {
namespace {

/// The first `git` of PATH that is not this program.
std::string real_git() {
  struct stat self{}, found{};
  if (stat("/proc/self/exe", &self) != 0) return {};
  const char* const path = getenv("PATH");
  for (const std::string_view directory : base::split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
    const std::string program = std::string(directory) + "/git";
    if (directory.starts_with('/') && stat(program.c_str(), &found) == 0 && S_ISREG(found.st_mode) && access(program.c_str(), X_OK) == 0 &&
        !(found.st_dev == self.st_dev && found.st_ino == self.st_ino))
      return program;
  }
  return {};
}

} // namespace

int inside_git(int argc, char** argv) {
  std::string program = real_git();
  if (program.empty()) {
    complain("git is not installed");
    return exit_not_found;
  }
  GitLine git(std::move(program), Words(argv + 1, argv + argc));
  const bool settings = meets_settings(git);
  if (settings && !is_whole_without_settings(git)) return 1;
  if (!spare_places(git)) return 1;
  if (moves_files(git)) return run_beside_files(git);
  if (!settings) git.become();
  return run_beside_settings(git);
}

} // namespace psbc::cli
