// SPDX-License-Identifier: MIT
// A Fact is one answer that the world gave while we compiled; a trace is the list of them. A build is
// fresh when every fact still holds and every output still has its digest.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
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
  vacant,
  ownership,
  links,
  stamp,
  glob,
  find,
  env,
  day, // whether a day, as in an organisation's policy, is over
  constant
};
std::string_view to_string(FactKind kind);
std::optional<FactKind> parse_fact_kind(std::string_view word);

struct Fact {
  FactKind kind;
  std::string_view subject; // a path, a variable, the name of a constant
  // What else was asked: the limit of a file; limit, space, pattern of a glob; limit, depth, names of a search; a/b/c among.
  std::string_view question;
  std::string_view value; // a word or a digest; never the text of a file or a variable
  auto operator<=>(const Fact&) const = default;
};

/// Facts in the order in which they were asked, with the text that they are made of: a trace is read at each build,
/// and five hundred strings of their own are a tenth of what that costs.
class Facts {
 public:
  Facts() = default;
  Facts(std::initializer_list<Fact> facts) { append(facts); }
  Facts(const Facts& other) { append(other.facts_); }
  Facts& operator=(const Facts& other) { return *this = Facts(other); }
  Facts(Facts&&) noexcept = default;
  Facts& operator=(Facts&&) noexcept = default;
  ~Facts() = default;

  /// Copies the text of `fact`.
  void push_back(const Fact& fact);
  void append(std::span<const Fact> facts);
  /// `text`, which stays where it is for as long as the facts: what push_kept() may point into.
  std::span<char> keep(std::string text);
  void push_kept(const Fact& fact) { facts_.push_back(fact); }
  void reserve(std::size_t count) { facts_.reserve(count); }
  void clear() { *this = Facts(); }

  auto begin() const { return facts_.begin(); }
  auto end() const { return facts_.end(); }
  std::size_t size() const { return facts_.size(); }
  bool empty() const { return facts_.empty(); }
  const Fact& operator[](std::size_t at) const { return facts_[at]; }
  const Fact& back() const { return facts_.back(); }
  bool operator==(const Facts& other) const { return facts_ == other.facts_; }

 private:
  std::string_view copy(std::string_view text);
  std::unique_ptr<std::string> kept_;
  std::unique_ptr<std::pmr::monotonic_buffer_resource> text_;
  std::vector<Fact> facts_;
};

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
/// That something holds for as long as this day is not over.
void note_day(Facts& facts, std::string_view day);

// How each kind of answer is written in a fact; recorder and observe() share these. A failure is an
// answer too: `absent`, `too-large`, or `error-<errno>`.
inline constexpr std::string_view absent = "absent";
inline constexpr std::string_view too_large = "too-large";
inline constexpr std::string_view unset = "unset";
inline constexpr std::string_view none = "none";
inline constexpr std::string_view over = "over", not_over = "not-over";
std::string word(base::Kind kind);
std::string word(const base::Result<std::string>& content);            // a digest
std::string word_of_target(const base::Result<std::string>& target);   // "to <target>"
std::string word(const base::Result<std::vector<std::string>>& names); // "<count> <digest>"
/// Does the word of a fact of kind `among` hold this name?
bool has_found(std::string_view word, std::string_view name);
std::string word_of_found(const std::vector<std::string>& found);      // "/a/c", or "none"
inline constexpr std::string_view vacant = "vacant";
constexpr std::string_view word_of_vacant(bool is_vacant) { return is_vacant ? vacant : "taken"; }
std::string word(const base::Result<base::Ownership>& ownership);      // "<uid> <gid> <octal mode>"
std::string word_of_stamp(const std::string& stamp);
std::string word(const std::optional<std::string>& variable); // a digest

} // namespace psbc::trace
