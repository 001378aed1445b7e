// SPDX-License-Identifier: MIT
// Git directories: `git commit` must work inside, and nothing that the host's git executes may be
// written (THREATS D3). Nothing here runs git: a repository can make git execute things.
#include "base/text.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t pointer_limit = 4096; // bytes of a gitfile, commondir or HEAD
constexpr std::size_t submodule_limit = 64; // git directories below .git/modules

// What git executes or obeys, per git directory. `info` names filters; the last two redirect.
constexpr const char* obeyed[] = {"config", "hooks", "info", "config.worktree", "commondir", "gitdir"};

std::string_view first_line(std::string_view text) {
  text = text.substr(0, text.find_first_of("\r\n"));
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// A path that git wrote, relative to `base` when it is relative; `..` is usual in it.
std::optional<base::Resolved> follow(base::Fs& fs, std::string_view text, const AbsPath& base) {
  AbsPath at = text.starts_with('/') ? AbsPath::literal("/") : base;
  for (const std::string_view part : base::split(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      const auto real = resolve(fs, at);
      if (!real) return std::nullopt;
      at = real->path.parent();
      continue;
    }
    const auto next = at.join(part);
    if (!next) return std::nullopt;
    at = *next;
  }
  auto resolved = resolve(fs, at);
  return resolved ? std::optional(*resolved) : std::nullopt;
}

std::optional<base::Resolved> follow_file(base::Fs& fs, const AbsPath& file, std::string_view prefix, const AbsPath& base) {
  const auto text = fs.read(file, pointer_limit);
  if (!text || !text->starts_with(prefix)) return std::nullopt;
  return follow(fs, first_line(std::string_view(*text).substr(prefix.size())), base);
}

void protect(Lowering& lowering, const AbsPath& git_directory) {
  lowering.add(Access::pinned, git_directory, builtin("git's own files stay writable, but it can not be replaced"));
  for (const char* name : obeyed) {
    const AbsPath path = git_directory / name;
    const Kind kind = lowering.in.fs.kind(path);
    // Hooks are made before entry when they are missing: what is absent cannot be mounted over.
    if (kind == Kind::absent && std::string_view(name) != "hooks") continue;
    if (kind == Kind::symlink) {
      const auto target = resolve(lowering.in.fs, path);
      if (!target || target->kind == Kind::absent || !target->path.is_under(lowering.in.root)) continue;
      lowering.add(Access::read_only, target->path, builtin("the host's git executes or obeys it"));
      continue;
    }
    lowering.add(Access::read_only, path, builtin("the host's git executes or obeys it"));
  }
}

/// Git directories of submodules: .git/modules/<name>, which may nest.
void protect_modules(Lowering& lowering, const AbsPath& directory, std::size_t& left) {
  const auto names = lowering.in.fs.names(directory);
  if (!names) return;
  for (const std::string& name : *names) {
    const AbsPath path = directory / name;
    if (lowering.in.fs.kind(path) != Kind::directory || left == 0) continue;
    --left;
    if (lowering.in.fs.kind(path / "HEAD") == Kind::file) {
      protect(lowering, path);
      protect_modules(lowering, path / "modules", left);
    } else {
      protect_modules(lowering, path, left); // a name with a slash
    }
  }
}

/// The git directory that a gitfile names belongs to this project only when it says so itself: a
/// tarball could hold a `.git` file that names another project's (THREATS D4).
bool points_back(Lowering& lowering, const AbsPath& git_directory) {
  base::Fs& fs = lowering.in.fs;
  const AbsPath gitfile = lowering.in.root / ".git";
  if (const auto worktree = follow_file(fs, git_directory / "gitdir", "", git_directory)) return worktree->path == gitfile;
  const auto config = fs.read(git_directory / "config", 1 << 20);
  if (!config) return false;
  for (std::string_view line : base::split(*config, '\n')) {
    while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
    if (!line.starts_with("worktree")) continue;
    line.remove_prefix(8);
    while (line.starts_with(' ') || line.starts_with('=')) line.remove_prefix(1);
    const auto worktree = follow(fs, first_line(line), git_directory);
    if (worktree && worktree->path == lowering.in.root) return true;
  }
  return false;
}

void expose_git_directory(Lowering& lowering, const AbsPath& path, const char* reason) {
  if (!path.is_under(lowering.in.root)) lowering.add(Access::writable, path, builtin(reason));
  protect(lowering, path);
}

} // namespace

void lower_git(Lowering& lowering) {
  base::Fs& fs = lowering.in.fs;
  const AbsPath git = lowering.in.root / ".git";
  switch (fs.kind(git)) {
    case Kind::directory: {
      protect(lowering, git);
      std::size_t left = submodule_limit;
      protect_modules(lowering, git / "modules", left);
      return;
    }
    case Kind::file: {
      lowering.add(Access::read_only, git, builtin("tells git where the repository is"));
      const auto target = follow_file(fs, git, "gitdir: ", lowering.in.root);
      if (!target || target->kind != Kind::directory) return;
      if (!points_back(lowering, target->path)) {
        lowering.report(diag::Code::symlink_escape, diag::Severity::warning, lowering.in.project.name.span,
                        "git will not work inside: " + lowering.shown(git) + " names a repository that does not name this project",
                        "", {lowering.shown(target->path) + " may belong to another project"}, {"run `git worktree repair` on the host"});
        return;
      }
      if (const auto common = follow_file(fs, target->path / "commondir", "", target->path);
          common && common->kind == Kind::directory && fs.kind(common->path / "HEAD") == Kind::file)
        expose_git_directory(lowering, common->path, "the repository of this worktree");
      expose_git_directory(lowering, target->path, "the git directory of this worktree or submodule");
      return;
    }
    case Kind::symlink:
      lowering.report(diag::Code::symlink_escape, diag::Severity::warning, lowering.in.project.name.span,
                      "git will not work inside: " + lowering.shown(git) + " is a symlink", "", {}, {"use a linked worktree instead"});
      lowering.add(Access::read_only, git, builtin("tells git where the repository is"));
      return;
    case Kind::absent:
    case Kind::other:
      return;
  }
}

} // namespace psbc::policy
