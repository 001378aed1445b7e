// SPDX-License-Identifier: MIT
// The rows of base/guards.h as a walk asks for them: which of them a name in a directory is a part of.
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/guards.h"

namespace psbc::runtime {

/// A path of a row, of which the components before `part` were met already.
struct Partial {
  std::uint16_t pattern;
  std::uint8_t part;
};

class ObeyedPatterns {
 public:
  struct Pattern {
    std::vector<std::string_view> parts;
    std::string_view guard; // the name of its row
    base::Guard::Where where;
    bool directory; // and all that is in it
  };

  ObeyedPatterns();
  const Pattern& operator[](std::size_t index) const { return patterns_[index]; }
  const std::vector<Partial>& starting(base::Guard::Where where) const {
    return starting_[static_cast<std::size_t>(where)];
  }
  bool matches(Partial partial, std::string_view name) const;
  /// False for most names that no row of any directory begins with: asked for each entry of each directory.
  bool may_start(std::string_view name) const {
    return filter_[key(name)] || (may_glob(name) && has_globs(name));
  }

 private:
  static std::size_t key(std::string_view name) {
    return (name.size() * 37U + static_cast<unsigned char>(name.front()) * 5U +
            static_cast<unsigned char>(name.back())) %
           filter_size;
  }
  static bool may_glob(std::string_view name) {
    return name.front() == '.' || name.front() == 'j' || name.back() == 'e';
  }
  /// The patterns with `*` at their beginning: .env.*, *.code-workspace, jupyter_*config.py
  static bool has_globs(std::string_view name) {
    return name.starts_with(".env") || name.ends_with(".code-workspace") || name.starts_with("jupyter_");
  }

  static constexpr std::size_t filter_size = 4096;
  std::vector<Pattern> patterns_;
  std::vector<Partial> starting_[4];
  std::bitset<filter_size> filter_;
};

const ObeyedPatterns& obeyed_patterns();

} // namespace psbc::runtime
