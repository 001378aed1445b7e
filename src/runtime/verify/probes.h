// SPDX-License-Identifier: MIT
// The attacks that `psbc verify` tries: each is one attempt, the same outside and inside. An attempt says what it got hold of; whether
// that is what it should not have is judged outside (decoys.h), by what it cannot know or by what it did.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace psbc::runtime {

/// Where the decoys are, by the probe that looks for them: paths, numbers. No secret is among them.
class Hints {
 public:
  void add(std::string key, std::string value) { entries_.emplace_back(std::move(key), std::move(value)); }
  /// Empty: there is none.
  std::string first(std::string_view key) const;
  std::vector<std::string> all(std::string_view key) const;
  std::string serialise() const;
  static Hints parse(std::string_view text);

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
};

struct Probe {
  const char* id;
  const char* row;        // of docs/vectors.md
  const char* what;       // "reads a file in your home directory"
  const char* stands_for; // who did it, or what it is known as
  std::string (*attempt)(const Probe&, const Hints&); // what it got; empty: nothing
};

std::span<const Probe> probes();

/// Prints "MAGIC ID VALUE" for each probe, each in a process of its own. Started as `psbc verify-attempts HINTS`.
int verify_attempts_main(std::string_view hints);

} // namespace psbc::runtime
