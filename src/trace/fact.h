// SPDX-License-Identifier: MIT
// A Fact is one answer that the world gave while we compiled; a trace is the list of them. A build is
// fresh when every fact still holds and every output still has its digest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/fs.h"

namespace psbc::trace {

enum class FactKind : std::uint8_t {
  kind,
  file,
  target,
  names,
  among,
  ownership,
  links,
  stamp,
  glob,
  find,
  env,
  constant
};
std::string_view to_string(FactKind kind);
std::optional<FactKind> parse_fact_kind(std::string_view word);

struct Fact {
  FactKind kind;
  std::string subject;  // a path, a variable, the name of a constant
  // What else was asked: the limit of a file; limit, space, pattern of a glob; limit, depth, names of a search; a/b/c among.
  std::string question;
  std::string value;    // a word or a digest; never the text of a file or a variable
  auto operator<=>(const Fact&) const = default;
};

using Facts = std::vector<Fact>;

/// What a build takes from the program itself: psbc's build id, the digests of templates and schema.
using Constants = std::map<std::string, std::string, std::less<>>;

/// Everything that a fact can be about, as it is now. `fs` and `env` are the real ones: a recorder
/// remembers its first answer and would find nothing changed.
struct World {
  base::Fs& fs;
  const base::Env& env;
  const Constants& constants;
};

/// Asks the world again: the value that the fact would have now.
std::string observe(const Fact& fact, const World& world);

void note_constants(Facts& facts, const Constants& constants);

// How each kind of answer is written in a fact; recorder and observe() share these. A failure is an
// answer too: `absent`, `too-large`, or `error-<errno>`.
inline constexpr std::string_view absent = "absent";
inline constexpr std::string_view too_large = "too-large";
inline constexpr std::string_view unset = "unset";
inline constexpr std::string_view none = "none";
std::string word(base::Kind kind);
std::string word(const base::Result<std::string>& content);            // a digest
std::string word_of_target(const base::Result<std::string>& target);   // "to <target>"
std::string word(const base::Result<std::vector<std::string>>& names); // "<count> <digest>"
/// Does the word of a fact of kind `among` hold this name?
bool has_found(std::string_view word, std::string_view name);
std::string word_of_found(const std::vector<std::string>& found);      // "/a/c", or "none"
std::string word(const base::Result<base::Ownership>& ownership);      // "<uid> <gid> <octal mode>"
std::string word_of_stamp(const std::string& stamp);
std::string word(const std::optional<std::string>& variable); // a digest

} // namespace psbc::trace
