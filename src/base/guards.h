// SPDX-License-Identifier: MIT
// What tools of the host execute or obey in a directory without being asked: schema/guards.toml, compiled into the
// program. Pins, placeholders and the session report are made of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace psbc::base {

struct Guard {
  enum class Where : std::uint8_t {
    root,        // at the top of a directory of the developer's that a session may write
    anywhere,    // there, and at any depth below; pins are set at the top alone
    git,         // in each git directory
    environment, // in a virtual environment that lies in the project
  };
  enum class Class : std::uint8_t {
    pinned,   // read-only inside when it exists
    reported, // writable; told when a session changed it
  };
  enum class Absent : std::uint8_t {
    none,
    directory,
    file
  }; // what stands in its place when nothing is there

  std::size_t index;       // of the table
  std::string_view name;   // in `[protect] allow`
  std::string_view tool;   // who obeys it
  std::string_view when;   // and when
  std::string_view source; // who says so
  std::string_view risk;   // what opening it means
  std::string_view text;   // of the file that stands in its place
  Where where;
  Class guarding;
  Absent absent;
  bool may_open;                 // by `[protect] allow`
  std::string_view joined_paths; // one a line

  /// Relative to what `where` names; `*` stands for a part of one component, `/` at the end marks a directory.
  std::vector<std::string_view> paths() const;
};

std::size_t guard_count();
Guard guard(std::size_t index);
std::optional<Guard> find_guard(std::string_view name);

} // namespace psbc::base
