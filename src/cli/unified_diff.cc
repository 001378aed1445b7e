// SPDX-License-Identifier: MIT
// The outputs are a few hundred lines, so the plain longest common subsequence is quick enough.
#include "cli/unified_diff.h"

#include <algorithm>
#include <vector>

namespace psbc::cli {
namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

struct Edit {
  char mark; // ' ', '-', '+'
  std::string_view line;
};

std::vector<Edit> edits(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::vector<std::vector<unsigned>> common(a.size() + 1, std::vector<unsigned>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
  std::vector<Edit> out;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      out.push_back({' ', a[i++]});
      ++j;
    } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
      out.push_back({'-', a[i++]});
    } else {
      out.push_back({'+', b[j++]});
    }
  }
  return out;
}

constexpr std::size_t context_lines = 3;

std::string range(std::size_t start, std::size_t count) {
  return std::to_string(count == 0 ? start : start + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

} // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after, std::string_view earlier) {
  if (before == after) return {};
  const auto all = edits(lines_of(before), lines_of(after));
  std::string out = "--- " + std::string(name) + " (" + std::string(earlier) + ")\n+++ " + std::string(name) + " (now)\n";
  std::size_t old_line = 0, new_line = 0;
  for (std::size_t at = 0; at < all.size();) {
    if (all[at].mark == ' ') {
      ++old_line, ++new_line, ++at;
      continue;
    }
    // A hunk: from the context before the change to the last change that is near.
    const std::size_t begin = at > context_lines ? at - context_lines : 0;
    std::size_t end = at;
    for (std::size_t i = at; i < all.size() && i <= end + 2 * context_lines; ++i)
      if (all[i].mark != ' ') end = i;
    end = std::min(end + context_lines + 1, all.size());
    std::size_t old_count = 0, new_count = 0;
    std::string body;
    for (std::size_t i = begin; i < end; ++i) {
      old_count += all[i].mark != '+' ? 1 : 0;
      new_count += all[i].mark != '-' ? 1 : 0;
      body += all[i].mark;
      body += all[i].line;
      if (!all[i].line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
    }
    const std::size_t lead = at - begin;
    out += "@@ -" + range(old_line - lead, old_count) + " +" + range(new_line - lead, new_count) + " @@\n" + body;
    for (; at < end; ++at) {
      old_line += all[at].mark != '+' ? 1 : 0;
      new_line += all[at].mark != '-' ? 1 : 0;
    }
  }
  return out;
}

} // namespace psbc::cli
