// SPDX-License-Identifier: MIT
// What makes the record tamper-evident. Each line holds the digest of the one before, and beside the lines lies the head: which
// line is the last one. So a line that was changed, taken out, put in or cut off does not fit.
//
//   <state>/audit/log.jsonl           the lines of now; 0600, as all of these
//   <state>/audit/log-NNNNNNNNNN.jsonl  those before, by the number of their first line
//   <state>/audit/head                "psbc audit 1", then: number and digest of the last line, size of log.jsonl, number of the first
//                                     line that was kept, and the digest before that; padded, so that it is always one block
//   <state>/audit/lock                held while one of these is written
//
// The digest is SHA-256 of the line without its line break, in hexadecimal: `sha256sum` can check it. Whoever has the user's rights outside
// can make a whole new chain: against that there is the journal, which is root's. No sandbox sees any of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psbc::audit {

inline constexpr const char* directory_name = "audit";
inline constexpr const char* log_name = "log.jsonl";
inline constexpr const char* head_name = "head";
inline constexpr const char* lock_name = "lock";
// A thousand sessions that begin at once wait for each other, a millisecond each.
inline constexpr int lock_patience_ms = 20'000;
inline constexpr std::size_t head_limit = 4096; // bytes

struct Head {
  std::uint64_t last = 0;   // number of the last line; 0: there is none
  std::string digest;       // of it, or of nothing
  std::uint64_t size = 0;   // of log.jsonl
  std::uint64_t first = 1;  // number of the first line that is kept
  std::string before_first; // the digest that it holds
};

Head empty_head();
std::string serialise(const Head& head);
std::optional<Head> parse_head(std::string_view text);

/// 64 hexadecimal digits.
std::string digest(std::string_view line);
/// log-0000000042.jsonl
std::string rotated_name(std::uint64_t first);
bool is_rotated_name(std::string_view name);

/// A text, number or flag of a line; empty when it has none of this name.
std::string field(std::string_view line, std::string_view key);

/// What of a line the chain is made of; nothing for a line that is no record.
struct Link {
  std::uint64_t number = 0;
  std::string before; // digest of the line before
};
std::optional<Link> parse_link(std::string_view line);

} // namespace psbc::audit
