// SPDX-License-Identifier: MIT
// What a session writes into its private HOME, where nothing else keeps it. psbc's first process looks
// once before the command and once after all of the session's processes are gone, and either names the new
// files or, with `keep_lost`, saves them in the sandbox's own root and puts them back at the next entry.
//
// All of it happens inside, with the rights of the session: nothing that it finds can lead further. Links
// are not followed, other mounts are not entered, and only regular files are read. What it tells the outside
// are names and sizes, which the outside escapes.
//
// Bounds, so that neither entry nor exit can be made slow: 4,096 directory entries and 12 levels are looked
// at, 1,000 files and 64 MiB are kept, 16 MiB of one file; 5 are named. What was not looked at is not taken for
// removed: then nothing that was kept is forgotten, and the message says so.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "emit/enter_plan.h"
#include "runtime/channel.h"

namespace psbc::runtime {

class LostFiles {
 public:
  /// Puts back what was kept, and remembers what is there.
  explicit LostFiles(const emit::EnterPlan& plan);

  /// Saves what is new or changed, and forgets what was removed, where the plan says so; else names it.
  /// A message of the kind `lost`; with the value 0 and not `partial` when there is nothing to tell.
  Message report();

 private:
  struct Stamp {
    std::uint64_t inode = 0;
    std::int64_t changed = 0; // ctime, nanoseconds
    std::uint64_t size = 0;   // bytes
    bool operator==(const Stamp&) const = default;
  };
  using Files = std::map<std::string, Stamp>; // by the path relative to the directory that was walked
  struct Walk {
    Files files{};
    bool complete = false; // but for what is too deep: the same at every walk
  };

  static Walk walk(const std::string& directory);
  static void visit(int directory, const std::string& prefix, unsigned depth, std::uint64_t device, std::size_t& left, Walk& found);
  bool is_own(std::string_view path) const;
  void restore();
  Files save(const Files& changed, const Walk& now);

  const emit::EnterPlan& plan_;
  const std::string kept_;
  Files before_;
};

} // namespace psbc::runtime
