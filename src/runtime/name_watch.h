// SPDX-License-Identifier: MIT
// Names on the host, watched while a sandbox runs: which of those that a list of patterns means appear or are
// replaced. Nothing here knows what a name stands for: hidden files and pinned ones are told the same way.
//
// inotify(7) watches directories, not trees, and each watch costs the kernel about 1 KiB: only directories that could
// hold a match are watched, those nearest to the top first, and at most `max_watched_directories` of them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

constexpr std::size_t max_watched_directories = 2000;

class NameWatch {
 public:
  /// Begins with the directories above the names; `work` goes down. `known`: what is there and meant to be there,
  /// absolute; nothing is looked for in it. `expected`: the same, but what is in it matters.
  NameWatch(const std::vector<emit::WatchedName>& names, std::set<std::string> known, std::set<std::string> expected = {});

  /// Readable when something happened; -1 when nothing can be watched, and then `failure` says why.
  int descriptor() const { return inotify_.get(); }
  const std::string& failure() const { return failure_; }

  /// Directories that are not watched yet. The caller goes on with `work` between other things.
  bool has_work() const { return !pending_.empty(); }
  void work();
  /// Some of what happened since the last call; false when that is all. Code inside can make events faster than they
  /// are read, and must not keep the caller from other things.
  bool read();
  /// Events were lost since the last call of this.
  bool lost_events() { return std::exchange(lost_events_, false); }

  /// Paths that match and got a new entry since, in the order of the events: created, moved there, or found by `work`
  /// though not `known`. A link is none: what it leads to has a name of its own. Each once.
  std::vector<std::string> take();
  /// Not everything was seen: more directories than allowed, or more events than the kernel keeps.
  bool partial() const { return partial_; }

 private:
  struct State { // how much of a pattern a directory has matched
    std::uint32_t pattern = 0;
    std::uint32_t at = 0;
    auto operator<=>(const State&) const = default;
  };
  using States = std::set<State>;
  struct Directory {
    std::string path;
    States states;
    bool fresh = false; // it appeared itself: so did what is in it
  };

  States advance(const States& states, std::string_view name, bool& matches) const;
  void look_at(const Directory& directory, std::string_view name, bool fresh);
  void watch(Directory directory);
  void forget(const std::string& path);

  base::Fd inotify_;
  std::string failure_;
  std::vector<std::vector<std::string>> patterns_;
  std::set<std::string> known_, expected_;
  std::deque<Directory> pending_;
  std::map<int, Directory> watched_; // by watch descriptor
  std::set<std::string> told_;
  std::vector<std::string> appeared_;
  bool partial_ = false;
  bool lost_events_ = false;
};

} // namespace psbc::runtime
