// SPDX-License-Identifier: MIT
// `[workspace]`: what a project needs of the git repository around it. The top level is looked for strictly
// above the project: a session can make a `.git` in the project, and must not move by it what the paths of the
// next one mean. It never gets more than lies below the top level, whoever made that.
#include <algorithm>

#include "base/text.h"
#include "policy/lowering.h"
#include "policy/repository.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

/// git itself refuses a repository of somebody else: its owner decides what is in it.
bool is_anothers(const Lowering& lowering, const AbsPath& path) {
  const auto mine = lowering.in.fs.ownership(lowering.in.places.home);
  const auto owner = lowering.in.fs.ownership(path);
  return !mine || !owner || owner->uid != mine->uid;
}

/// The line that asks for the repository; nothing when no line does.
std::optional<diag::Span> first_demand(const config::Workspace& asked) {
  if (!asked.readonly.empty()) return asked.readonly.front().span;
  if (!asked.writable.empty()) return asked.writable.front().span;
  if (asked.git.value != config::WorkspaceGit::none) return asked.git.span;
  return std::nullopt;
}

Origin asked_for(const Lowering& lowering, const diag::Span& span, const char* key) {
  return origin_of(span, Origin::Source::project, std::string("[workspace] ") + key, lowering.in.places.home);
}

bool refuse_inner(Lowering& lowering, const AbsPath& top, const base::Resolved& found, Access access, const config::SpannedString& entry) {
  const AbsPath& path = found.path;
  const auto refuse = [&](diag::Code code, std::string message, std::string label, std::vector<std::string> notes, std::string help) {
    lowering.report(code, diag::Severity::error, entry.span, std::move(message), std::move(label), std::move(notes), {std::move(help)});
    return true;
  };
  if (!path.is_under(top))
    return refuse(diag::Code::symlink_escape, lowering.shown(found.links.back().link) + " leads out of the repository",
                  "leads to " + lowering.shown(path), {"`[workspace]` exposes what lies below " + lowering.shown(top) + ", and nothing else"},
                  "name the target itself in `readonly` or `writable`, if the project needs it");
  const auto parts = path.components();
  if (std::find(parts.begin(), parts.end(), ".git") != parts.end())
    return refuse(diag::Code::bad_workspace, lowering.shown(path) + " belongs to git", "",
                  {"the host's git executes or obeys files in it"}, "write `git = \"read-only\"` or `git = \"commit\"` below `[workspace]`");
  if (path == lowering.in.root)
    return refuse(diag::Code::bad_workspace, lowering.shown(path) + " is the project itself, which is writable", "", {}, "remove this entry");
  if (access == Access::writable && lowering.in.root.is_under(path))
    return refuse(diag::Code::exposes_project_ancestor, lowering.shown(path) + " holds this project, and is never writable as a whole", "", {},
                  "name the siblings that are changed together with the project, or list it under `readonly`");
  return refuse_exposure(lowering, path, access, entry, access == Access::read_only);
}

void expose_inner(Lowering& lowering, const AbsPath& top, const config::SpannedString& entry, Access access) {
  const auto asked = top.join(entry.value);
  const auto found = asked ? resolve(lowering.in.fs, *asked) : base::Result<base::Resolved>(base::Error{});
  if (!found) {
    lowering.report(diag::Code::missing_path, diag::Severity::error, entry.span,
                    "`" + base::escape(entry.value) + "` leads nowhere in the repository", "", {}, {"name a file or directory of it"});
    return;
  }
  if (refuse_inner(lowering, top, *found, access, entry)) return;
  expose(lowering, *found, access, entry, asked_for(lowering, entry.span, access == Access::writable ? "writable" : "readonly"));
}

/// Where all of the repository is exposed, its history is still a grant of its own.
void hide_history(Lowering& lowering, const AbsPath& top) {
  const auto asked = first_demand(lowering.in.project.workspace);
  if (!asked) return;
  for (const AbsPath& path : repository_paths(lowering.in.fs, top)) {
    const auto& rules = lowering.out.rules;
    const Kind kind = lowering.in.fs.kind(path);
    if (kind == Kind::absent || kind == Kind::symlink || !is_visible(rules, path)) continue; // a link's target comes next
    if (std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.path == path; })) continue; // the project's own as well
    if (std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.path.is_under(path); }))
      lowering.report(diag::Code::bad_workspace, diag::Severity::error, *asked,
                      lowering.shown(path) + " cannot be hidden, and `[workspace] git` does not grant it", "exposes what holds it",
                      {"this project's own repository lies in it"}, {"name the siblings that are needed, or write `git = \"read-only\"`"});
    else
      lowering.add(Access::hidden, path, builtin("`[workspace] git` does not grant it"));
  }
}

/// A clone or a submodule in a sibling has a history of its own, and its remote may hold a token (THREATS B11).
void hide_nested_histories(Lowering& lowering, const AbsPath& top) {
  constexpr std::size_t depth = 3, limit = 1000; // as for what is guarded (nested.cc)
  std::vector<AbsPath> shown;
  for (const Rule& rule : lowering.out.rules)
    if (rule.access == Access::read_only && rule.directory && rule.path.is_under(top) && rule.origin.source == Origin::Source::project)
      shown.push_back(rule.path);
  for (const AbsPath& tree : shown) {
    const auto found = lowering.in.fs.find(tree, ".git", depth, limit);
    if (!found) {
      lowering.report(diag::Code::limit_exceeded, diag::Severity::error, lowering.in.project.name.span,
                      lowering.shown(tree) + " holds more than " + std::to_string(limit) + " repositories", "",
                      {"`[workspace] git` does not grant their histories, and so many cannot be hidden"}, {"name what is needed in it"});
      continue;
    }
    for (const std::string& match : *found) {
      const AbsPath git = tree / match;
      // The project's own, and those of writable siblings, are guarded and stay usable.
      const bool own = lowering.in.root.is_under(git.parent()) || git.is_under(lowering.in.root) || is_writable(lowering.out.rules, git);
      if (!own && lowering.in.fs.kind(git) != Kind::symlink) lowering.add(Access::hidden, git, builtin("`[workspace] git` does not grant it"));
    }
  }
}

/// git takes what it does not find for deleted, and `commit -a` deletes it for everybody.
void warn_of_deletions(Lowering& lowering, const AbsPath& top) {
  for (const Rule& rule : lowering.out.rules)
    if (rule.access == Access::read_only && rule.path == top) return;
  lowering.report(diag::Code::bad_workspace, diag::Severity::warning, lowering.in.project.workspace.git.span,
                  "git inside will call everything deleted that is not exposed of " + lowering.shown(top), "writes to the whole repository",
                  {"`git commit -a` would delete it for everybody; `git add .` and `git commit` in the project do not"},
                  {"expose all of it: readonly = [\".\"]"});
}

} // namespace

std::optional<AbsPath> repository_above(base::Fs& fs, const AbsPath& directory) {
  for (AbsPath at = directory.parent(); !at.is_root(); at = at.parent()) {
    const AbsPath git = at / ".git";
    const Kind kind = fs.kind(git);
    if (kind == Kind::absent || (kind == Kind::directory && !is_git_directory(fs, git))) continue; // as git does
    return at;
  }
  return std::nullopt;
}

void find_top(Lowering& lowering) {
  const auto asked = first_demand(lowering.in.project.workspace);
  const auto refuse = [&](std::string message, std::vector<std::string> notes, std::string help) {
    if (asked)
      lowering.report(diag::Code::bad_workspace, diag::Severity::error, *asked, std::move(message), "", std::move(notes), {std::move(help)});
  };
  const auto found = repository_above(lowering.in.fs, lowering.in.root);
  if (!found)
    return refuse("there is no git repository around this project",
                  {"looked for a `.git` in each directory above " + lowering.shown(lowering.in.root)},
                  "name what lies in the project or elsewhere in `readonly` or `writable`, without `[workspace]`");
  if (const std::string why = unusable_as_root(lowering, *found); !why.empty())
    return refuse("the repository around this project, " + lowering.shown(*found) + ", cannot be used: " + why, {},
                  "name what is needed in `readonly` or `writable`, without `[workspace]`");
  if (is_anothers(lowering, *found) || is_anothers(lowering, *found / ".git"))
    return refuse("the repository around this project, " + lowering.shown(*found) + ", belongs to another user",
                  {"its owner decides what is in it; git refuses such a repository, too"}, "work in a clone of your own");
  lowering.top = *found;
}

void lower_workspace(Lowering& lowering) {
  if (!lowering.top) return;
  const AbsPath top = *lowering.top;
  const config::Workspace& asked = lowering.in.project.workspace;
  for (const auto& entry : asked.readonly) expose_inner(lowering, top, entry, Access::read_only);
  for (const auto& entry : asked.writable) expose_inner(lowering, top, entry, Access::writable);
  // The project is a mount of its own inside, where git would stop looking for the repository.
  if (asked.git.value != config::WorkspaceGit::none)
    lowering.out.variables.push_back({.name = "GIT_DISCOVERY_ACROSS_FILESYSTEM", .value = "1", .origin = builtin("[workspace] git")});
  const auto origin = [&] { return asked_for(lowering, asked.git.span, "git"); };
  switch (asked.git.value) {
    case config::WorkspaceGit::none:
      hide_history(lowering, top);
      hide_nested_histories(lowering, top);
      break;
    case config::WorkspaceGit::read_only: expose_repository(lowering, top, Access::read_only, origin()); break;
    case config::WorkspaceGit::commit:
      expose_repository(lowering, top, Access::writable, origin());
      warn_of_deletions(lowering, top);
      break;
  }
}

} // namespace psbc::policy
