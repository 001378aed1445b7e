// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/guards.h"
#include "base/text.h"
#include "cli/recording.h"
#include "cli/review.h"

namespace psbc::cli {
namespace {

constexpr std::size_t max_rows = 6;

/// All changes of one row: a session could make many files of one, so as to crowd out another.
struct Group {
  std::string guard;
  const runtime::ObeyedChange* first = nullptr; // the one nearest to the top
  std::size_t others = 0;
};

std::ptrdiff_t depth(const std::string& path) { return std::count(path.begin(), path.end(), '/'); }

std::vector<Group> grouped(const std::vector<runtime::ObeyedChange>& changes) {
  std::vector<Group> out;
  for (const runtime::ObeyedChange& change : changes) {
    const auto found =
        std::find_if(out.begin(), out.end(), [&](const Group& group) { return group.guard == change.guard; });
    if (found == out.end()) {
      out.push_back({.guard = change.guard, .first = &change});
      continue;
    }
    ++found->others;
    if (depth(change.path) < depth(found->first->path)) found->first = &change;
  }
  const auto is_pinned = [](const Group& group) {
    const auto guard = base::find_guard(group.guard);
    return !guard || guard->guarding == base::Guard::Class::pinned;
  };
  std::stable_sort(out.begin(), out.end(), [&](const Group& a, const Group& b) {
    const bool first = is_pinned(a), second = is_pinned(b); // what nobody should have to change inside
    return first != second ? first : depth(a.first->path) < depth(b.first->path);
  });
  return out;
}

std::string shown(const std::string& path, const std::string& root) {
  std::string text = base::escape(path.starts_with(root + "/") ? path.substr(root.size() + 1) : path);
  return text;
}

} // namespace

void say_obeyed(Context& context, const runtime::ObeyedReport& report, const std::string& root) {
  if (!report.complete)
    say(context, "psbc: there is more in the project than is looked at: not all of what programs outside "
                 "obey was compared");
  if (report.changes.empty()) return;
  say(context, report.after_kill
                   ? "psbc: in or after a session that was killed, files changed that programs outside obey:"
                   : "psbc: while the session ran, files changed that programs outside obey:");
  const std::vector<Group> groups = grouped(report.changes);
  std::size_t rest = 0;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const Group& group = groups[i];
    if (i >= max_rows) {
      rest += 1 + group.others;
      continue;
    }
    const auto guard = base::find_guard(group.guard);
    std::string line = "  " + shown(group.first->path, root) + " " + word(group.first->how);
    if (group.others > 0) line += " (and " + std::to_string(group.others) + " more)";
    say(context, line + ": " + (guard ? std::string(guard->tool) : group.guard));
  }
  if (rest > 0) say(context, "  and " + std::to_string(rest) + " more");
  say(context, "psbc: to see, accept or undo that: psbc review");
}

} // namespace psbc::cli
