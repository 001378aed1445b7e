// SPDX-License-Identifier: MIT
// Git directories: `git commit` must work inside, and nothing that the host's git executes may be
// written (THREATS D3). Nothing here runs git: a repository can make git execute things.
#include <algorithm>

#include "base/text.h"
#include "policy/gitconfig.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t pointer_limit = 4096; // bytes of a gitfile, commondir or HEAD
constexpr std::size_t directory_limit = 256; // directories that are looked at below .git/modules or .git/worktrees

/// What git executes or obeys in a git directory: rows of base/guards.h.
struct Obeyed {
  base::Guard guard;
  std::string name;
};

std::vector<Obeyed> obeyed(const Lowering& lowering) {
  std::vector<Obeyed> out;
  for (std::size_t i = 0; i < base::guard_count(); ++i) {
    const base::Guard guard = base::guard(i);
    if (guard.where != base::Guard::Where::git || guard.guarding != base::Guard::Class::pinned || lowering.opens(guard.name)) continue;
    for (std::string_view path : guard.paths()) out.push_back({.guard = guard, .name = std::string(path.substr(0, path.find('/')))});
  }
  return out;
}

/// Settings of its own for each worktree are obeyed only where the repository says so.
bool has_worktree_settings(base::Fs& fs, const AbsPath& git_directory) {
  const auto text = fs.read(git_directory / "config", 1U << 20U);
  if (!text) return false;
  const auto entries = parse_gitconfig(*text);
  return std::any_of(entries.begin(), entries.end(), [](const GitEntry& entry) { return entry.section == "extensions" && entry.key == "worktreeconfig"; });
}

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

/// One git directory: what the host's git executes or obeys in it is read-only. False when all of it is.
bool protect(Lowering& lowering, const AbsPath& git_directory) {
  base::Fs& fs = lowering.in.fs;
  const std::vector<Obeyed> all = obeyed(lowering);
  for (const Obeyed& each : all) {
    const std::string& name = each.name;
    // What keeps a place comes and goes: what is there is asked for only when something else is.
    if (each.guard.absent != base::Guard::Absent::none && fs.vacant(git_directory / name)) continue;
    if (fs.kind(git_directory / name) != Kind::symlink) continue;
    // A mount protects what the link leads to; the link itself could be replaced by a directory of hooks.
    lowering.report(diag::Code::symlink_escape, diag::Severity::warning, lowering.in.project.name.span,
                    "`git commit` will not work inside: " + lowering.shown(git_directory / name) + " is a symlink", "",
                    {"code inside could replace it by its own, which the host's git would run; so all of " +
                     lowering.shown(git_directory) + " is read-only"},
                    {"put the file or directory itself in its place"});
    lowering.add(Access::read_only, git_directory, builtin("a symlink in it can not be protected"));
    for (const Obeyed& other : all)
      if (const auto target = resolve(fs, git_directory / other.name);
          target && target->kind != Kind::absent && target->path.is_strictly_under(lowering.in.root))
        lowering.add(Access::read_only, target->path, builtin("the host's git executes or obeys it"));
    return false;
  }
  lowering.add(Access::pinned, git_directory, builtin("git's own files stay writable, but it can not be replaced"));
  const bool is_linked = fs.kind(git_directory / "gitdir") != Kind::absent;
  for (const Obeyed& each : all) {
    const AbsPath path = git_directory / each.name;
    if (each.guard.absent != base::Guard::Absent::none && fs.vacant(path)) {
      // A linked worktree has a commondir; without one git takes its directory for a repository.
      const bool wanted = each.name != "config.worktree" || has_worktree_settings(fs, git_directory);
      if (wanted && !is_linked) lowering.keep_place(each.guard, path, "the host's git would obey it");
      continue;
    }
    // Hooks are made before entry when they are missing: what is absent cannot be mounted over. A
    // worktree's own directory has none: its hooks are the repository's.
    const bool needed = each.name == "hooks" && !is_linked;
    if (fs.kind(path) == Kind::absent && !needed) continue;
    lowering.add(Access::read_only, path, builtin("the host's git executes or obeys it"));
  }
  return true;
}

/// Collects the git directories below `modules` or `worktrees`; those of submodules nest. False when there
/// are too many, or a link: a session could make more than are looked at, or lead away from them.
bool find_git_directories(base::Fs& fs, const AbsPath& directory, std::vector<AbsPath>& found, std::size_t& left) {
  const Kind kind = fs.kind(directory);
  if (kind == Kind::absent) return true;
  const auto names = kind == Kind::directory ? fs.names(directory) : base::Result<std::vector<std::string>>(base::Error{});
  if (!names) return false;
  for (const std::string& name : *names) {
    const AbsPath path = directory / name;
    const Kind entry = fs.kind(path);
    if (entry == Kind::symlink) return false;
    if (entry != Kind::directory) continue;
    if (left-- == 0) return false;
    const bool found_one = is_git_directory(fs, path);
    if (found_one) found.push_back(path);
    // A name with a slash is a directory on the way.
    if (!find_git_directories(fs, found_one ? path / "modules" : path, found, left)) return false;
  }
  return true;
}

/// The work tree that a git directory says it belongs to: of a linked worktree or a submodule.
std::optional<AbsPath> work_tree_of(base::Fs& fs, const AbsPath& git_directory) {
  if (const auto gitfile = follow_file(fs, git_directory / "gitdir", "", git_directory)) return gitfile->path.parent();
  const auto config = fs.read(git_directory / "config", 1 << 20);
  if (!config) return std::nullopt;
  for (std::string_view line : base::split(*config, '\n')) {
    while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1);
    if (!line.starts_with("worktree")) continue;
    line.remove_prefix(8);
    while (line.starts_with(' ') || line.starts_with('=')) line.remove_prefix(1);
    if (const auto tree = follow(fs, first_line(line), git_directory)) return tree->path;
  }
  return std::nullopt;
}

bool may_write(const Lowering& lowering, const AbsPath& path) {
  return std::any_of(lowering.writable.begin(), lowering.writable.end(), [&](const AbsPath& place) { return path.is_under(place); });
}

/// What `name` holds in a git directory is protected one by one, or as a whole where that cannot be.
void protect_below(Lowering& lowering, const AbsPath& git_directory, const char* name) {
  const AbsPath top = git_directory / name;
  std::vector<AbsPath> found;
  std::size_t left = directory_limit;
  if (find_git_directories(lowering.in.fs, top, found, left)) {
    for (const AbsPath& path : found) {
      protect(lowering, path);
      // A submodule's work tree says by a file where its repository is; it is found through the module, which holds.
      const auto tree = work_tree_of(lowering.in.fs, path);
      if (tree && may_write(lowering, *tree) && lowering.in.fs.kind(*tree / ".git") == Kind::file)
        lowering.add(Access::read_only, *tree / ".git", builtin("tells git where the repository is"));
    }
    return;
  }
  lowering.report(diag::Code::limit_exceeded, diag::Severity::warning, lowering.in.project.name.span,
                  std::string("commits in ") + (std::string_view(name) == "modules" ? "submodules" : "worktrees") +
                      " will not work inside: " + lowering.shown(top) + " cannot be protected in parts",
                  "",
                  {"it holds a symlink, or more than " + std::to_string(directory_limit) + " directories to look at; so all of it is read-only"},
                  {"look at what is in it"});
  // A link there has to stay, too: what holds it is what can be mounted.
  lowering.add(Access::read_only, lowering.in.fs.kind(top) == Kind::directory ? top : git_directory,
               builtin("git directories that cannot be protected one by one"));
}

void protect_repository(Lowering& lowering, const AbsPath& git_directory) {
  if (!protect(lowering, git_directory)) return;
  for (const char* name : {"modules", "worktrees"}) protect_below(lowering, git_directory, name);
}

void expose_git_directory(Lowering& lowering, const AbsPath& path, Access access, const Origin& origin) {
  if (!path.is_under(lowering.in.root)) lowering.add(access, path, origin);
  if (access == Access::writable) protect_repository(lowering, path);
}

} // namespace

bool is_git_directory(base::Fs& fs, const AbsPath& path) {
  return fs.kind(path / "HEAD") != Kind::absent || fs.kind(path / "config") != Kind::absent || fs.kind(path / "hooks") != Kind::absent;
}

std::vector<AbsPath> repository_paths(base::Fs& fs, const AbsPath& tree) {
  std::vector<AbsPath> out = {tree / ".git"};
  const auto target = fs.kind(out[0]) == Kind::file ? follow_file(fs, out[0], "gitdir: ", tree) : follow(fs, out[0].string(), tree);
  if (!target || target->kind != Kind::directory) return out;
  if (target->path != out[0]) out.push_back(target->path);
  if (const auto common = follow_file(fs, target->path / "commondir", "", target->path)) out.push_back(common->path);
  return out;
}

void expose_repository(Lowering& lowering, const AbsPath& tree, Access access, const Origin& origin) {
  base::Fs& fs = lowering.in.fs;
  const AbsPath git = tree / ".git";
  switch (fs.kind(git)) {
    case Kind::directory:
      expose_git_directory(lowering, git, access, origin);
      protect_named_by(lowering, git, tree);
      return;
    case Kind::file: {
      lowering.add(Access::read_only, git, builtin("tells git where the repository is"));
      const auto target = follow_file(fs, git, "gitdir: ", tree);
      if (!target || target->kind != Kind::directory) return;
      // It belongs to this tree only when it says so itself: a tarball could hold a `.git` file that names
      // another project's (THREATS D4).
      if (work_tree_of(fs, target->path) != tree) {
        lowering.report(diag::Code::symlink_escape, diag::Severity::warning, lowering.in.project.name.span,
                        "git will not work inside: " + lowering.shown(git) + " names a repository that does not name this project",
                        "", {lowering.shown(target->path) + " may belong to another project"}, {"run `git worktree repair` on the host"});
        return;
      }
      if (const auto common = follow_file(fs, target->path / "commondir", "", target->path);
          common && common->kind == Kind::directory && fs.kind(common->path / "HEAD") == Kind::file &&
          target->path.parent() == common->path / "worktrees") // as git makes them: else a planted `commondir` names any repository
      {
        expose_git_directory(lowering, common->path, access, origin);
        protect_named_by(lowering, common->path, tree);
      }
      expose_git_directory(lowering, target->path, access, origin);
      protect_named_by(lowering, target->path, tree);
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

void protect_nested_repository(Lowering& lowering, const AbsPath& git) {
  base::Fs& fs = lowering.in.fs;
  std::optional<base::Resolved> target;
  switch (fs.kind(git)) {
    case Kind::directory: target = base::Resolved{.path = git, .kind = Kind::directory, .links = {}}; break;
    case Kind::file:
      lowering.add(Access::read_only, git, builtin("tells git where the repository is"));
      target = follow_file(fs, git, "gitdir: ", git.parent());
      break;
    case Kind::symlink:
      if (auto found = resolve(fs, git)) target = std::move(*found);
      break;
    case Kind::absent:
    case Kind::other: break;
  }
  if (target && target->kind == Kind::directory && may_write(lowering, target->path) && is_git_directory(fs, target->path)) {
    protect_repository(lowering, target->path);
    protect_named_by(lowering, target->path, git.parent());
  }
}

bool keep_repositories_out(Lowering& lowering, const AbsPath& tree) {
  const AbsPath git = tree / ".git";
  base::Fs& fs = lowering.in.fs;
  const auto guard = base::find_guard(".git");
  if (!guard || lowering.opens(guard->name)) return false;
  const bool in_repository = lowering.top && tree.is_under(*lowering.top);
  if (fs.vacant(git)) {
    if (!in_repository && tree != lowering.in.root) return false; // data
    lowering.keep_place(*guard, git, in_repository ? "no repository inside of the one around the project" : "the host would obey a repository that is made here");
    return true;
  }
  if (!in_repository || fs.kind(git) != Kind::directory || is_git_directory(fs, git)) return false;
  lowering.add(Access::read_only, git, builtin("no repository inside of the one around the project"));
  return true;
}

void lower_git(Lowering& lowering) {
  if (keep_repositories_out(lowering, lowering.in.root) || lowering.in.fs.vacant(lowering.in.root / ".git")) return;
  expose_repository(lowering, lowering.in.root, Access::writable, builtin("the repository of this worktree or submodule"));
}

} // namespace psbc::policy
