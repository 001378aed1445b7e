// SPDX-License-Identifier: MIT
// Two facts in three say that something is absent, most of them in HOME, which a build lists anyway. One
// look at such a directory answers for all of them, and what is absent holds nothing.
#pragma once

#include <string_view>
#include <unordered_set>
#include <vector>

#include "trace/fact.h"

namespace psbc::trace {

class Absences {
 public:
  /// `facts` and `fs` must outlive it, and `fs` is asked at most once about each directory and each path.
  Absences(const Facts& facts, base::Fs& fs);

  /// Whether `fact`, one of them, says that a path is absent, and it certainly is. False says nothing: ask the world.
  bool hold(const Fact& fact);

 private:
  struct Listing {
    std::string_view directory;
    bool looked = false;
    bool usable = false; // it was read, and names that differ in their case are different names there
    std::vector<std::string> names;
  };
  void look(Listing& listing);
  Listing* listing_of(std::string_view directory);

  base::Fs& fs_;
  std::vector<Listing> listings_; // the directories that a fact lists anyway: a few
  std::unordered_set<std::string_view> absent_;
};

} // namespace psbc::trace
