// SPDX-License-Identifier: MIT
#include "emit/mounts.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "emit/all_but.h"
#include "emit/glob.h"
#include "emit/lexer.h"
#include "emit/spelling.h"
#include "policy/tree.h"

namespace psbc::emit {
namespace {

using base::AbsPath;
using policy::Access;
using policy::Policy;
using policy::Rule;

/// Whitelisting a name that never exists empties a directory; this is the name.
constexpr std::string_view nothing = "psbc-none";

constexpr FirejailVersion v66{0, 9, 66};

bool is_under_any(const AbsPath& path, std::initializer_list<const char*> tops) {
  return std::any_of(tops.begin(), tops.end(), [&](const char* top) { return path.is_under(AbsPath::literal(top)); });
}

class Planner {
 public:
  Planner(const Policy& policy, FirejailVersion version, const CountMatches& count, diag::Diagnostics* diagnostics)
      : policy_(policy), version_(version), count_(count), diagnostics_(diagnostics) {}

  std::optional<Mounts> run() {
    for (const Rule& rule : policy_.rules) {
      const Rule* above = policy::nearest_above(policy_.rules, rule.path);
      switch (rule.access) {
        case Access::closed:
          close(rule, above);
          break;
        case Access::read_only:
          expose(rule, above);
          guard("read-only", rule, PathUse::read_only);
          break;
        case Access::writable:
          expose(rule, above);
          if (above != nullptr && above->access == Access::read_only) guard("read-write", rule, PathUse::read_only);
          break;
        case Access::pinned: // a mount point: it can be neither renamed nor removed, and what is in it stays writable
          guard("read-only", rule, PathUse::read_only);
          guard("read-write", rule, PathUse::read_only);
          break;
        case Access::hidden:
          guard("blacklist", rule, PathUse::blacklist);
          break;
      }
    }
    if (failed_) return std::nullopt;
    // What is hidden comes last: at each of the other lines firejail reads the table of all mounts that there are by then,
    // which is 40 % of its time. Nothing is exposed inside of what is hidden.
    std::stable_partition(out_.guarded.begin(), out_.guarded.end(), [](const Wanted& line) { return line.directive != "blacklist"; });
    return std::move(out_);
  }

  std::vector<Wanted> links() {
    for (const policy::Alias& alias : policy_.aliases) {
      if (alias.where == policy::Alias::Where::inside) continue; // outside, this name is something else
      const auto target = target_of(alias);
      // Whitelisting a link exposes its target: only when that is exposed as a whole anyway, and in the
      // same top directory, which is all that firejail can do.
      if (!target || !policy::is_visible(policy_.rules, *target)) continue;
      const bool in_home = alias.link.is_strictly_under(policy_.home) && target->is_strictly_under(policy_.home);
      if (!in_home || policy::is_visible(policy_.rules, alias.link)) continue;
      const Rule link{.access = Access::read_only, .path = alias.link, .origin = alias.origin, .directory = false};
      add(out_.exposed, "whitelist", link, PathUse::whitelist);
    }
    return std::move(out_.exposed);
  }

 private:
  std::optional<AbsPath> target_of(const policy::Alias& alias) const {
    if (alias.target.starts_with('/')) return AbsPath::parse(alias.target);
    AbsPath at = alias.link.parent();
    for (const std::string_view part : base::split(alias.target, '/')) {
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        at = at.parent();
        continue;
      }
      const auto next = at.join(part);
      if (!next) return std::nullopt;
      at = *next;
    }
    return at;
  }

  bool shows_something(const AbsPath& closed) const {
    return std::any_of(policy_.rules.begin(), policy_.rules.end(),
                       [&](const Rule& rule) { return policy::exposes(rule) && rule.path.is_strictly_under(closed); });
  }

  /// Can firejail empty this directory by whitelists? It does so per top directory only.
  bool is_top(const AbsPath& path) const {
    if (path == policy_.home) return true;
    if (bad_whitelist((path / nothing).string(), version_)) return false;
    if (path.is_root() || is_under_any(path, {"/proc", "/sys", "/dev"})) return false;
    return path.parent().is_root() || path.parent() == AbsPath::literal("/usr") || path.parent() == AbsPath::literal("/run/user");
  }

  void close(const Rule& rule, const Rule* above) {
    const bool stays_open = rule.path.parent() == AbsPath::literal("/run/user"); // firejail shows it in an empty /run
    if (stays_open && !shows_something(rule.path)) return guard("blacklist", rule, PathUse::blacklist);
    if (above != nullptr && above->access == Access::closed) return; // is not there anyway
    const bool is_run = rule.path == AbsPath::literal("/run"); // firejail itself works in it
    if (version_ < v66 && (is_run || shows_something(rule.path)) && !is_top(rule.path) && !policy_.home.is_strictly_under(rule.path))
      return close_all_but(rule, rule.path);
    if (shows_something(rule.path)) {
      // firejail itself shows no other user's home.
      const bool holds_home = policy_.home.is_strictly_under(rule.path);
      if (!is_top(rule.path) && !holds_home)
        refuse(rule, "firejail cannot empty a directory in the middle of a visible one",
               "hide what is in it, or expose nothing below it");
      return;
    }
    // `blacklist` costs less, but leaves a name that cannot be used. Programs want a /tmp that they can
    // write, a HOME, and /run and /var that they can look into.
    const bool stays = rule.path == policy_.home || is_under_any(rule.path, {"/tmp", "/run", "/var"});
    if (stays && is_top(rule.path)) {
      Rule none = rule;
      none.path = rule.path / nothing;
      add(out_.exposed, "whitelist", none, PathUse::whitelist);
    } else {
      guard("blacklist", rule, PathUse::blacklist);
    }
  }

  /// 0.9.64.4 empties few top directories: in others, everything but what is shown is hidden by patterns, which
  /// it looks at once, when it starts.
  void close_all_but(const Rule& rule, const AbsPath& directory) {
    std::set<std::string> keep;
    for (const Rule& shown : policy_.rules)
      if (policy::exposes(shown) && shown.path.is_strictly_under(directory))
        keep.insert(AbsPath::literal("/").join(shown.path.relative_to(directory))->components().front());
    std::set<std::string> on_the_way = keep;
    if (directory == AbsPath::literal("/run")) keep.insert("firejail");
    for (const NamePattern& pattern : all_but(keep)) {
      const Spelling spelling = spell(directory.string() + "/" + pattern.prefix, PathUse::blacklist, version_);
      const std::string text = spelling.text + pattern.glob;
      if (!spelling.impossible.empty()) return refuse(rule, spelling.impossible, "rename it");
      for (const std::string& name : keep)
        if (glob_matches(text, (directory / name).string()))
          return refuse(rule, "firejail can only be told `" + base::escape(text) + "`, and that hides `" + base::escape(name) + "` too", "rename it");
      out_.guarded.push_back({.directive = "blacklist", .argument = text, .origin = rule.origin});
    }
    for (const std::string& name : on_the_way) {
      const AbsPath child = directory / name;
      const bool shown = std::any_of(policy_.rules.begin(), policy_.rules.end(),
                                     [&](const Rule& each) { return policy::exposes(each) && each.path == child; });
      if (!shown) close_all_but(rule, child);
    }
  }

  void expose(const Rule& rule, const Rule* above) {
    if (above == nullptr || above->access != Access::closed) return; // visible: `whitelist` would close its siblings
    if (version_ < v66 && !rule.path.is_under(policy_.home) && bad_whitelist(rule.path.string(), version_)) return; // close_all_but
    add(out_.exposed, "whitelist", rule, PathUse::whitelist);
  }

  void guard(const char* directive, const Rule& rule, PathUse use) { add(out_.guarded, directive, rule, use); }

  void add(std::vector<Wanted>& lines, const char* directive, const Rule& rule, PathUse use) {
    const Spelling spelling = spell(rule.path.string(), use, version_);
    if (!spelling.impossible.empty()) return refuse(rule, spelling.impossible, "rename it");
    if (spelling.is_glob) {
      const std::size_t found = count_(spelling.text);
      // What does not exist yet may be hidden by a pattern, but not exposed by one: something else
      // could appear under it first.
      const bool exact = rule.keep != base::Guard::Absent::none ? found <= 1 : rule.exists ? found == 1 : found == 0 && use == PathUse::blacklist;
      if (!exact || !glob_matches(spelling.text, rule.path.string()))
        return refuse(rule,
                      found > 1    ? "firejail can only be told `" + base::escape(spelling.text) + "`, and that matches other entries too"
                      : found == 0 ? "firejail can only be told `" + base::escape(spelling.text) + "`, and that finds nothing now"
                                   : "firejail can only be told `" + base::escape(spelling.text) + "`, and that finds something else",
                      "rename it, or name the directory that holds it");
    }
    lines.push_back({.directive = directive, .argument = spelling.text, .origin = rule.origin});
  }

  void refuse(const Rule& rule, std::string note, std::string help) {
    failed_ = true;
    if (diagnostics_ == nullptr || refused_ == &rule.path) return;
    refused_ = &rule.path;
    const std::string where = rule.origin.where + (rule.origin.reason.empty() ? "" : ": " + rule.origin.reason);
    diag::Diagnostic found{.code = diag::Code::inexpressible_path,
                           .message = "`" + base::escape(base::display_path(rule.path, policy_.home)) +
                                      "` cannot be written in a firejail profile",
                           .notes = {std::move(note)},
                           .help = {std::move(help)}};
    if (rule.origin.span.file != nullptr) found.labels.push_back({.span = rule.origin.span, .text = "asked for here"});
    else found.notes.push_back("asked for by " + base::escape(where));
    diagnostics_->add(std::move(found));
  }

  const Policy& policy_;
  FirejailVersion version_;
  const CountMatches& count_;
  diag::Diagnostics* diagnostics_; // nullptr: what cannot be said is left out
  Mounts out_;
  const AbsPath* refused_ = nullptr; // a rule gives several lines, and one diagnostic
  bool failed_ = false;
};

} // namespace

std::optional<Mounts> plan_mounts(const Policy& policy, FirejailVersion version, const CountMatches& count_matches,
                                  diag::Diagnostics& diagnostics) {
  return Planner(policy, version, count_matches, &diagnostics).run();
}

std::vector<Wanted> plan_links(const Policy& policy, FirejailVersion version, const CountMatches& count_matches) {
  return Planner(policy, version, count_matches, nullptr).links();
}

} // namespace psbc::emit
