// SPDX-License-Identifier: MIT
// Projects and repositories inside of what a session may write: each has files that decide or run something
// outside of this sandbox (THREATS D2, D4, D6c).
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr const char* names = ".git/.python-sandbox.toml/.python-sandbox";
// How many directories down they are looked for. A search without end would read all of a data set at every entry; a
// config further down is still untrusted when it changes, and docs/security.md says what is left.
constexpr std::size_t depth = 3;
constexpr std::size_t limit = 1000; // a session could make more than anybody can guard

} // namespace

void lower_nested(Lowering& lowering) {
  for (const AbsPath& tree : lowering.trees) {
    if (tree != lowering.in.root) keep_repositories_out(lowering, tree);
    const auto found = lowering.in.fs.find(tree, names, depth, limit);
    if (!found) {
      lowering.report(diag::Code::limit_exceeded, diag::Severity::error, lowering.in.project.name.span,
                      lowering.shown(tree) + " holds more than " + std::to_string(limit) + " repositories or projects", "",
                      {"psbc guards what the host executes or obeys of each, and cannot guard so many"}, {"look at what is in it"});
      continue;
    }
    for (const std::string& match : *found) {
      const AbsPath path = tree / match;
      if (path.parent() == lowering.in.root) continue; // the project's own: lower_own, lower_git
      if (path.name() == ".git") protect_nested_repository(lowering, path);
      else if (lowering.in.fs.kind(path) == Kind::file)
        lowering.add(Access::read_only, path, builtin("decides about the sandbox of another project"));
    }
  }
}

} // namespace psbc::policy
