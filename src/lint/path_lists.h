// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>
#include <vector>

#include "config/config.h"

namespace psbc::lint {

struct PathEntry {
  std::string_view list; // the key: "readonly"
  const config::SpannedString* path;
};

/// Every path of the file, with the key that it stands below.
inline std::vector<PathEntry> paths_of(const config::ProjectConfig& config) {
  std::vector<PathEntry> found;
  const auto add = [&](std::string_view list, const std::vector<config::SpannedString>& paths) {
    for (const config::SpannedString& path : paths) found.push_back({.list = list, .path = &path});
  };
  add("readonly", config.readonly);
  add("writable", config.writable);
  add("hidden", config.hidden);
  add("sockets", config.sockets);
  add("workspace.readonly", config.workspace.readonly);
  add("workspace.writable", config.workspace.writable);
  add("protect.extra", config.protect.extra);
  return found;
}

} // namespace psbc::lint
