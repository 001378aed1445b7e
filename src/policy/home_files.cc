// SPDX-License-Identifier: MIT
// Files that psbc's first process writes into the private HOME, besides those of shells: a single mounted
// file cannot be rewritten by rename, so a copy is what works everywhere.
#include "policy/gitconfig.h"
#include "policy/lowering.h"

namespace psbc::policy {

void lower_home_files(Lowering& lowering) {
  constexpr std::size_t limit = 256 * 1024; // bytes
  std::string git;
  for (const char* name : {".config/git/config", ".gitconfig"})
    if (const auto text = lowering.in.fs.read(lowering.in.places.home / name, limit)) git += *text + "\n";
  // The helpers of /etc/gitconfig would mint or keep credentials that no file granted: an empty one forgets them.
  constexpr std::string_view no_helpers = "[credential]\n\thelper =\n";
  // Only the repository that a developer trusts may be used by git inside; its owner is another uid
  // to nobody, so no safe.directory is needed.
  lowering.out.home_files.push_back({.path = ".gitconfig", .content = harmless_gitconfig(git).append(no_helpers) + signing_gitconfig(lowering, git), .mode = HomeFile::Mode::block,
                                     .origin = builtin("identity and harmless keys of your own")});
}

} // namespace psbc::policy
