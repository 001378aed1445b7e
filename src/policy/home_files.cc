// SPDX-License-Identifier: MIT
// Files that psbc's first process writes into the private HOME, besides those of shells: a single mounted
// file cannot be rewritten by rename, so a copy is what works everywhere.
#include "policy/gitconfig.h"
#include "policy/lowering.h"
#include "policy/withhold.h"

namespace psbc::policy {

using base::AbsPath;

void lower_home_files(Lowering& lowering) {
  constexpr std::size_t limit = 256 * 1024; // bytes
  std::string git;
  for (const char* name : {".config/git/config", ".gitconfig"})
    if (const auto text = lowering.in.fs.read(lowering.in.places.home / name, limit)) git += *text + "\n";
  // git of the machine: visible as it is, unless it holds a secret. An unreadable one would end every git.
  if (const AbsPath system = AbsPath::literal("/etc/gitconfig"); const auto text = lowering.in.fs.read(system, limit))
    if (withhold(lowering, system, *text, ": it is hidden, and its harmless keys are in ~/.gitconfig inside", {})) {
      git = *text + "\n" + git;
      const Origin hides = builtin("holds what looks like a secret");
      lowering.add(Access::hidden, system, hides);
      lowering.out.variables.push_back({.name = "GIT_CONFIG_NOSYSTEM", .value = "1", .origin = hides});
    }
  // The helpers of /etc/gitconfig would mint or keep credentials that no file granted: an empty one forgets them.
  constexpr std::string_view no_helpers = "[credential]\n\thelper =\n";
  // Only the repository that a developer trusts may be used by git inside; its owner is another uid
  // to nobody, so no safe.directory is needed.
  lowering.out.home_files.push_back({.path = ".gitconfig", .content = harmless_gitconfig(git).append(no_helpers) + signing_gitconfig(lowering, git), .mode = HomeFile::Mode::block,
                                     .origin = builtin("identity and harmless keys of your own")});
}

} // namespace psbc::policy
