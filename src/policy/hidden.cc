// SPDX-License-Identifier: MIT
// `hidden`: hidden beats everything everywhere. Patterns are expanded here, at every build, because
// firejail's `**` is a plain `*` (THREATS B5).
#include <algorithm>

#include "base/glob.h"
#include "base/text.h"
#include "policy/lowering.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t match_limit = 1000; // paths for one pattern

/// Where in the tree of what is visible a path begins: the writable or read-only directory around it.
AbsPath visible_root(const Lowering& lowering, const AbsPath& path) {
  const Rule* above = nearest_above(lowering.out.rules, path);
  return above != nullptr && above->access != Access::closed && above->directory ? above->path : AbsPath::literal("/");
}

/// In what the files ask to expose, whether it is there on this machine or not.
bool is_asked_for(const Lowering& lowering, const AbsPath& path) {
  const LowerInput& in = lowering.in;
  const auto covers = [&](const std::vector<config::SpannedString>& list, const AbsPath& base) {
    return std::any_of(list.begin(), list.end(), [&](const config::SpannedString& entry) {
      const auto asked = expand(entry.value, base, in.places.home);
      return asked && (path.is_under(*asked) || asked->is_under(path));
    });
  };
  return covers(in.project.readonly, in.root) || covers(in.project.writable, in.root) || covers(in.user.readonly, in.places.home);
}

void watch_name(Lowering& lowering, const AbsPath& path) {
  const AbsPath base = visible_root(lowering, path);
  lowering.out.watched.push_back({.base = base, .pattern = base::literal_glob(path.relative_to(base))});
}

/// One existing or future path that must not be readable.
void hide(Lowering& lowering, const AbsPath& asked, const config::SpannedString& entry, const Origin& origin, bool literal) {
  const LowerInput& in = lowering.in;
  const auto resolved = resolve(in.fs, asked);
  if (!resolved) return; // a loop of links cannot be read either
  const AbsPath& path = resolved->path;
  const auto essential = [&](const AbsPath& needed, const char* what) {
    if (!needed.is_under(path)) return false;
    lowering.report(diag::Code::hides_essential, diag::Severity::error, entry.span,
                    lowering.shown(path) + " cannot be hidden: it is or holds " + what, "", {},
                    {resolved->kind == Kind::directory ? "hide what is inside it by name" : "remove this entry"});
    return true;
  };
  if (essential(in.root, "the project itself") || essential(in.config_file, "the sandbox's own policy") ||
      essential(lowering.out.root, "the sandbox's own environment and caches") || essential(in.self, "psbc"))
    return;
  const auto venv = in.project.venv ? expand(in.project.venv->value, in.root, in.places.home) : std::nullopt;
  if (venv && essential(*venv, "the virtual environment")) return;
  const bool own_name = is_visible(lowering.out.rules, asked);
  if (own_name) watch_name(lowering, asked);
  if (!is_visible(lowering.out.rules, path)) {
    // A link that stays, and leads out of sight, is how a secret is best hidden (psbc hide).
    if (literal && !(own_name && asked != path) && !is_asked_for(lowering, path))
      lowering.report(diag::Code::dead_hide, diag::Severity::warning, entry.span,
                      lowering.shown(path) + " is not visible inside anyway", "hides nothing",
                      {"only what lies in the project or in an exposed path can be seen"}, {"remove this entry"});
    return;
  }
  if (resolved->kind == Kind::absent) {
    if (literal)
      lowering.report(diag::Code::hide_missing, diag::Severity::warning, entry.span,
                      lowering.shown(path) + " does not exist yet", "hides nothing",
                      {"a file that appears there while a sandbox runs is readable in it: psbc tells you, and cannot prevent it"},
                      {"hide the directory that it will be in, or create an empty file now"});
    return;
  }
  if (lowering.planted(*resolved) != nullptr) {
    for (const Rule& rule : lowering.out.rules)
      if (rule.access == Access::hidden && path.is_under(rule.path)) return; // its target is hidden by its own name
    lowering.refuse_planted(*resolved, entry.span);
    return;
  }
  if (resolved->kind == Kind::file && in.fs.link_count(path) > 1) {
    lowering.report(diag::Code::hidden_has_alias, diag::Severity::error, entry.span,
                    lowering.shown(path) + " has another name: it is a hard link", "still readable through the other name",
                    {"a mount hides one name, not the file"},
                    {"make it a file of its own: cp FILE FILE.new && mv FILE.new FILE"});
    return;
  }
  for (const Rule& rule : lowering.out.rules)
    if (rule.path == path && rule.origin.source == origin.source && rule.access != Access::closed) {
      lowering.report(diag::Code::hide_and_expose, diag::Severity::error, entry.span,
                      lowering.shown(path) + " is both hidden and exposed", "hidden here", {"hidden wins everywhere"},
                      {"remove one of the two entries"});
      return;
    }
  lowering.add(Access::hidden, path, origin);
}

void hide_entry(Lowering& lowering, const config::SpannedString& entry, Origin::Source source) {
  const LowerInput& in = lowering.in;
  const bool from_project = source == Origin::Source::project;
  const Origin origin = origin_of(entry.span, source, "hidden", in.places.home);
  if (!base::has_glob(entry.value)) {
    const auto asked = expand(entry.value, in.root, in.places.home);
    if (asked) return hide(lowering, *asked, entry, origin, from_project);
    lowering.report(diag::Code::invalid_value, diag::Severity::error, entry.span,
                    "`" + base::escape(entry.value) + "` is not a path that can be hidden", "", {},
                    {"write a path relative to the project, such as \".env\" or \"secrets/\""});
    return;
  }
  // `app/[id]/.env` may be a name and not a pattern: what exists by that very name is hidden as well.
  const auto literal = expand(entry.value, in.root, in.places.home);
  const bool exists = literal && in.fs.kind(*literal) != Kind::absent;
  if (exists) hide(lowering, *literal, entry, origin, false);
  // The part before the first pattern character is a directory; the rest is matched below it.
  const std::size_t first = entry.value.find_first_of("*?[");
  const std::size_t slash = entry.value.rfind('/', first);
  const std::string_view text = entry.value;
  const auto base = slash == std::string::npos ? std::optional(in.root)
                                               : expand(text.substr(0, slash == 0 ? 1 : slash), in.root, in.places.home);
  if (!base) return;
  const auto resolved = resolve(in.fs, *base);
  const bool later = resolved && resolved->kind == Kind::absent && (is_visible(lowering.out.rules, resolved->path) || is_asked_for(lowering, resolved->path));
  if (later) {
    if (from_project)
      lowering.report(diag::Code::hide_missing, diag::Severity::warning, entry.span, lowering.shown(*base) + " does not exist yet", "hides nothing", {"the pattern is expanded again at every entry"}, {});
    return;
  }
  if (!resolved || resolved->kind != Kind::directory || !is_visible(lowering.out.rules, resolved->path)) {
    if (source == Origin::Source::organisation) return; // it is meant for all projects, and no developer can remove it
    lowering.report(diag::Code::dead_hide, diag::Severity::warning, entry.span,
                    lowering.shown(*base) + " is not a directory that is visible inside", "hides nothing", {}, {"remove this entry"});
    return;
  }
  if (lowering.refuse_planted(*resolved, entry.span)) return;
  const std::string pattern = entry.value.substr(slash == std::string::npos ? 0 : slash + 1);
  lowering.out.watched.push_back({.base = resolved->path, .pattern = pattern});
  const auto matches = in.fs.glob(resolved->path, pattern, match_limit);
  if (!matches) {
    lowering.report(diag::Code::limit_exceeded, diag::Severity::error, entry.span,
                    "this pattern cannot be expanded: " + matches.error().cause, "", {}, {"hide the directory that holds them"});
    return;
  }
  if (matches->empty() && !exists && from_project)
    lowering.report(diag::Code::hide_missing, diag::Severity::warning, entry.span, "this pattern matches nothing today",
                    "hides nothing", {"it is expanded again at every entry"}, {});
  // Links last: a link to something that the pattern matches as well is harmless.
  for (const bool links : {false, true})
    for (const std::string& match : *matches)
      if (const auto path = resolved->path.join(match); path && (in.fs.kind(*path) == Kind::symlink) == links)
        hide(lowering, *path, entry, origin, false);
}

/// What `psbc hide` moved out of the project stays hidden by its name: a link that a program replaced by a file
/// (editors save so) would be the secret again.
void keep_moved_hidden(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  const AbsPath kept = in.places.hidden(lowering.out.id);
  if (in.fs.kind(kept) != Kind::directory) return;
  const auto moved = in.fs.glob(kept, "**", match_limit);
  if (!moved) return;
  for (const std::string& name : *moved) {
    const auto path = in.root.join(name), file = kept.join(name);
    if (!path || !file || in.fs.kind(*file) == Kind::directory) continue;
    watch_name(lowering, *path);
    if (in.fs.kind(*path) != Kind::file) continue;
    lowering.add(Access::hidden, *path, builtin("psbc hide moved it once"));
    lowering.report(diag::Code::hidden_link_replaced, diag::Severity::warning, {},
                    lowering.shown(*path) + " is a file again: a program replaced the link that psbc hide left", "",
                    {"it is hidden, but whoever replaces it while a sandbox runs shows it there"},
                    {"move it out of the project again: psbc hide " + base::escape(name)});
  }
}

} // namespace

void lower_hidden(Lowering& lowering) {
  for (const auto& entry : lowering.in.project.hidden) hide_entry(lowering, entry, Origin::Source::project);
  for (const auto& entry : lowering.in.user.hidden) hide_entry(lowering, entry, Origin::Source::user);
  if (lowering.in.ceiling != nullptr)
    for (const auto& entry : lowering.in.ceiling->hidden) hide_entry(lowering, entry, Origin::Source::organisation);
  keep_moved_hidden(lowering);
  for (const Rule& rule : lowering.out.rules)
    if (rule.access == Access::hidden) watch_name(lowering, rule.path);
  std::vector<WatchedName>& watched = lowering.out.watched;
  std::sort(watched.begin(), watched.end());
  watched.erase(std::unique(watched.begin(), watched.end()), watched.end());
}

} // namespace psbc::policy
