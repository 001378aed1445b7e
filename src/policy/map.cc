// SPDX-License-Identifier: MIT
#include "policy/map.h"

#include <algorithm>

#include "base/text.h"

namespace psbc::policy {
namespace {

using base::AbsPath;

MapNode& child(MapNode& node, const std::string& name) {
  const auto found = std::lower_bound(node.below.begin(), node.below.end(), name, [](const MapNode& one, const std::string& other) { return one.name < other; });
  if (found != node.below.end() && found->name == name) return *found;
  return *node.below.insert(found, {.name = name, .path = node.path / name});
}

MapNode& node_at(MapNode& top, const AbsPath& path) {
  MapNode* at = &top;
  for (const std::string_view part : base::split(path.string(), '/'))
    if (!part.empty()) at = &child(*at, std::string(part));
  return *at;
}

/// The node for the nearest thing at or above the path that some other rule draws.
MapNode& drawn_above(MapNode& top, const AbsPath& path) {
  MapNode* at = &top;
  MapNode* best = &top;
  for (const std::string_view part : base::split(path.string(), '/')) {
    if (part.empty()) continue;
    const auto found = std::find_if(at->below.begin(), at->below.end(), [&](const MapNode& one) { return one.name == part; });
    if (found == at->below.end()) break;
    at = &*found;
    if (at->rule != nullptr) best = at;
  }
  return *best;
}

/// A chain of directories that say nothing is one node.
void shorten(MapNode& node) {
  while (node.rule == nullptr && node.not_there == 0 && node.below.size() == 1 && node.name != "/") {
    MapNode only = std::move(node.below.front());
    only.name = node.name + "/" + only.name;
    node = std::move(only);
  }
  for (MapNode& one : node.below) shorten(one);
}

void settle(MapNode& node, const Rule* above) {
  node.in = node.rule != nullptr ? node.rule : above;
  for (MapNode& one : node.below) settle(one, node.in);
}

} // namespace

MapNode map_of(const Policy& policy) {
  MapNode top{.name = "/", .path = AbsPath::literal("/")};
  // A pin holds a name in its place; what can be read or written there another rule says.
  const auto is_drawn = [](const Rule& rule) { return rule.exists && rule.access != Access::pinned; };
  for (const Rule& rule : policy.rules)
    if (is_drawn(rule)) node_at(top, rule.path).rule = &rule;
  for (const Rule& rule : policy.rules)
    if (!rule.exists) ++drawn_above(top, rule.path).not_there;
  shorten(top);
  settle(top, nullptr);
  return top;
}

} // namespace psbc::policy
