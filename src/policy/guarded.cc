// SPDX-License-Identifier: MIT
// What the host's tools execute or obey unasked, at the top of what a session may write (THREATS D5): read-only when it
// is there. Of some, the place is kept when nothing is there. git's own files are lower_git's.
#include <algorithm>

#include "base/text.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using base::Guard;
using base::Kind;

namespace {

bool is_everywhere(const Guard& guard) { return guard.where == Guard::Where::root || guard.where == Guard::Where::anywhere; }

std::string_view first_name(std::string_view path) { return path.substr(0, path.find('/')); }

/// lower_own, lower_git and lower_nested look after these, at any depth that is looked at.
bool has_own_part(const Guard& guard) { return guard.name == ".git" || guard.name == ".python-sandbox.toml"; }

void protect(Lowering& lowering, const AbsPath& path, Kind kind, Origin origin) {
  base::Fs& fs = lowering.in.fs;
  if (kind == Kind::absent || kind == Kind::other) return;
  if (lowering.out.environment.is_under(path)) return; // `pip install` writes there: .direnv/python-3.11
  if (kind == Kind::symlink) {
    // A mount covers what the link leads to; the link itself could be replaced.
    const auto target = resolve(fs, path);
    if (target && target->kind != Kind::absent && target->path.is_strictly_under(lowering.in.root)) lowering.add(Access::read_only, target->path, origin);
    lowering.report(diag::Code::symlink_escape, diag::Severity::warning, {}, lowering.shown(path) + " is a symlink, and can be replaced inside", "",
                    {origin.reason}, {"put the file or directory itself in its place"});
    return;
  }
  if (kind == Kind::file && fs.link_count(path) > 1)
    lowering.report(diag::Code::hidden_has_alias, diag::Severity::warning, {}, lowering.shown(path) + " has another name: it is a hard link", "",
                    {"what the other name shows may be written inside", origin.reason},
                    {"make it a file of its own: cp FILE FILE.new && mv FILE.new FILE"});
  lowering.add(Access::read_only, path, std::move(origin));
}

Origin obeyed_by(const Guard& guard) { return builtin("the host obeys it: " + std::string(guard.tool)); }

/// The rows of which nothing is kept: one question for all of them.
void protect_present(Lowering& lowering, const AbsPath& tree) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < base::guard_count(); ++i) {
    const Guard guard = base::guard(i);
    if (guard.guarding != Guard::Class::pinned || !is_everywhere(guard) || has_own_part(guard)) continue;
    const auto paths = guard.paths();
    for (std::size_t p = guard.absent == Guard::Absent::none ? 0 : 1; p < paths.size(); ++p) // of the others, the first is kept
      if (std::string name(first_name(paths[p])); std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  const auto present = lowering.in.fs.among(tree, names);
  for (std::size_t i = 0; !present.empty() && i < base::guard_count(); ++i) {
    const Guard guard = base::guard(i);
    if (guard.guarding != Guard::Class::pinned || !is_everywhere(guard) || has_own_part(guard) || lowering.opens(guard.name)) continue;
    const auto paths = guard.paths();
    for (std::size_t p = guard.absent == Guard::Absent::none ? 0 : 1; p < paths.size(); ++p) {
      if (std::find(present.begin(), present.end(), first_name(paths[p])) == present.end()) continue;
      if (const auto path = tree.join(paths[p])) protect(lowering, *path, lowering.in.fs.kind(*path), obeyed_by(guard));
    }
  }
}

void protect_kept(Lowering& lowering, const AbsPath& tree) {
  for (std::size_t i = 0; i < base::guard_count(); ++i) {
    const Guard guard = base::guard(i);
    if (guard.absent != Guard::Absent::directory || !is_everywhere(guard) || has_own_part(guard) || lowering.opens(guard.name)) continue;
    const auto path = tree.join(guard.paths().front());
    if (!path) continue;
    if (!lowering.in.fs.vacant(*path)) protect(lowering, *path, lowering.in.fs.kind(*path), obeyed_by(guard));
    else if (tree == lowering.in.root) lowering.keep_place(guard, *path, "the host would obey it: " + std::string(guard.tool));
  }
}

void protect_extra(Lowering& lowering, const config::SpannedString& entry) {
  const LowerInput& in = lowering.in;
  const Origin origin = origin_of(entry.span, Origin::Source::project, "[protect] extra", in.places.home);
  const auto asked = expand(entry.value, in.root, in.places.home);
  const auto inside = [&](const AbsPath& path) {
    return std::any_of(lowering.trees.begin(), lowering.trees.end(), [&](const AbsPath& tree) { return path.is_strictly_under(tree); });
  };
  if (!asked || !inside(*asked)) {
    lowering.report(diag::Code::invalid_value, diag::Severity::error, entry.span, "`" + base::escape(entry.value) + "` does not lie in the project",
                    "guards nothing", {"what lies elsewhere is read-only inside, unless `writable` names it"}, {"write a path relative to the project"});
    return;
  }
  if (lowering.out.environment.is_under(*asked)) {
    lowering.report(diag::Code::invalid_value, diag::Severity::error, entry.span, lowering.shown(*asked) + " is or holds the environment", "",
                    {"`pip install` has to write it"}, {"name what is in it, such as \"" + base::escape(entry.value) + "/pyvenv.cfg\""});
    return;
  }
  lowering.out.guarded.push_back(*asked);
  const Kind kind = in.fs.kind(*asked);
  if (kind == Kind::absent)
    lowering.report(diag::Code::hide_missing, diag::Severity::warning, entry.span, lowering.shown(*asked) + " does not exist yet", "guards nothing",
                    {"what does not exist cannot be covered: code inside can make it"}, {"make it now, or remove this entry"});
  else protect(lowering, *asked, kind, origin);
}

} // namespace

bool Lowering::opens(std::string_view guard) const { return std::find(out.opened.begin(), out.opened.end(), guard) != out.opened.end(); }

void Lowering::keep_place(const Guard& guard, const AbsPath& path, std::string reason) {
  out.rules.push_back({.access = Access::read_only, .path = path, .origin = builtin(std::move(reason)), .directory = guard.absent == Guard::Absent::directory,
                       .exists = true, .keep = guard.absent, .keep_text = std::string(guard.text)});
}

void find_opened(Lowering& lowering) {
  for (const auto& entry : lowering.in.project.protect.allow) {
    const auto guard = base::find_guard(entry.value);
    const std::string shown = "`" + base::escape(entry.value) + "`";
    if (!guard) {
      std::vector<std::string> known;
      for (std::size_t i = 0; i < base::guard_count(); ++i) known.emplace_back(base::guard(i).name);
      const std::string meant = base::nearest(entry.value, known);
      lowering.report(diag::Code::invalid_value, diag::Severity::error, entry.span, "there is no guarded row " + shown, "opens nothing",
                      {"docs/guarded.md lists them"}, {meant.empty() ? "remove this entry" : "did you mean `" + meant + "`?"});
    } else if (!guard->may_open) {
      lowering.report(diag::Code::invalid_value, diag::Severity::error, entry.span, shown + " cannot be opened: " + std::string(guard->risk), "", {},
                      {"remove this entry"});
    } else {
      lowering.out.opened.emplace_back(guard->name);
    }
  }
  std::sort(lowering.out.opened.begin(), lowering.out.opened.end());
}

void lower_guarded(Lowering& lowering) {
  for (const AbsPath& tree : lowering.trees) {
    protect_kept(lowering, tree);
    protect_present(lowering, tree);
  }
  for (const auto& entry : lowering.in.project.protect.extra) protect_extra(lowering, entry);
}

} // namespace psbc::policy
