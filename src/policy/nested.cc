// SPDX-License-Identifier: MIT
// Projects and repositories inside of what a session may write: each has files that decide or run something
// outside of this sandbox (THREATS D2, D4, D6c).
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

// How deep they are looked for. A search without end would read all of a data set at every entry; a config
// further down is still untrusted when it changes, and docs/security.md says what is left.
constexpr const char* levels[] = {"", "*/", "*/*/", "*/*/*/", "*/*/*/*/"};
constexpr const char* names[] = {".git", ".python-sandbox.toml", ".python-sandbox"};
constexpr std::size_t found_limit = 1000; // of one name on one level

/// False when there are more than anybody can guard: a session could have made them for that.
bool find(Lowering& lowering, const AbsPath& tree, std::vector<AbsPath>& found) {
  for (const char* name : names)
    for (const char* level : levels) {
      const auto matches = lowering.in.fs.glob(tree, std::string(level) + name, found_limit);
      if (!matches) return false;
      for (const std::string& match : *matches)
        if (const auto path = tree.join(match)) found.push_back(*path);
    }
  return true;
}

} // namespace

void lower_nested(Lowering& lowering) {
  for (const AbsPath& tree : lowering.trees) {
    if (tree != lowering.in.root) keep_repositories_out(lowering, tree);
    std::vector<AbsPath> found;
    if (!find(lowering, tree, found)) {
      lowering.report(diag::Code::limit_exceeded, diag::Severity::error, lowering.in.project.name.span,
                      lowering.shown(tree) + " holds more than " + std::to_string(found_limit) + " repositories or projects", "",
                      {"psbc guards what the host executes or obeys of each, and cannot guard so many"}, {"look at what is in it"});
      continue;
    }
    for (const AbsPath& path : found) {
      if (path.parent() == lowering.in.root) continue; // the project's own: lower_own, lower_git
      if (path.name() == ".git") protect_nested_repository(lowering, path);
      else if (lowering.in.fs.kind(path) == Kind::file)
        lowering.add(Access::read_only, path, builtin("decides about the sandbox of another project"));
    }
  }
}

} // namespace psbc::policy
