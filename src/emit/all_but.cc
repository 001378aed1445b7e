// SPDX-License-Identifier: MIT
#include "emit/all_but.h"

namespace psbc::emit {
namespace {

/// A range must end in characters that firejail takes in a path, and that mean nothing else in brackets.
bool can_end_a_range(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || std::string_view("+.:=@_~").find(c) != std::string_view::npos;
}

std::string ranges_without(const std::set<char>& excluded) {
  constexpr char first = '+', last = '~';
  std::string out = "[";
  std::string range; // what is between two excluded characters, its ends cut down to usable ones
  const auto close = [&] {
    while (!range.empty() && !can_end_a_range(range.back())) range.pop_back();
    if (range.size() == 1) out += range;
    else if (!range.empty()) out += {range.front(), '-', range.back()};
    range.clear();
  };
  for (char c = first; c <= last; ++c) {
    if (excluded.contains(c)) close();
    else if (!range.empty() || can_end_a_range(c)) range += c;
  }
  close();
  if (!excluded.contains('-')) out += '-'; // stands for itself at the end only
  return out + "]*";
}

} // namespace

std::vector<NamePattern> all_but(const std::set<std::string>& keep) {
  // A wildcard does not match a dot in front.
  std::set<std::string> prefixes = {"", "."};
  for (const std::string& name : keep)
    for (std::size_t size = 1; size < name.size(); ++size) prefixes.insert(name.substr(0, size));

  std::vector<NamePattern> out;
  for (const std::string& prefix : prefixes) {
    std::set<char> excluded;
    if (prefix.empty() || prefix == ".") excluded.insert('.');
    for (const std::string& name : keep)
      if (name.size() > prefix.size() && name.starts_with(prefix)) excluded.insert(name[prefix.size()]);
    out.push_back({prefix, ranges_without(excluded)});
    if (!prefix.empty() && prefix != "." && !keep.contains(prefix)) out.push_back({prefix, ""});
  }
  for (const std::string& name : keep)
    if (!prefixes.contains(name)) out.push_back({name, "?*"});
  return out;
}

} // namespace psbc::emit
