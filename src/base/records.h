// SPDX-License-Identifier: MIT
// The one form of psbc's own files (traces, claims, approvals): a few records that a person can read
// with cat, and that are believed whole or not at all.
//
//   file     = signature record* seal
//   signature= "psbc" SP word SP version LF          e.g. "psbc trace 1"
//   record   = field *( TAB field ) LF               the first field says what it is
//   field    = printable ASCII; `\` is `\\`, every other byte `\xHH`
//   seal     = "end" TAB digest-of-all-before LF     against torn files, not against an attacker
//
// A version is bumped whenever an old reader would misunderstand a new file; each reader's header
// keeps the history.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::base {

enum class RecordsState : std::uint8_t { whole, damaged, newer };

class RecordWriter {
 public:
  RecordWriter(std::string_view word, int version);
  void add(std::initializer_list<std::string_view> fields);
  std::string finish() &&;

 private:
  std::string text_;
};

class RecordReader {
 public:
  /// `text` must outlive the reader.
  RecordReader(std::string_view text, std::string_view word, int version);
  RecordsState state() const { return state_; }
  /// The next record's fields, which hold until the next call; false at the end or when the file is not whole.
  bool next(std::vector<std::string_view>& fields);

 private:
  RecordsState state_ = RecordsState::damaged;
  std::string_view left_;
  std::string plain_; // of a record in which something was escaped
};

} // namespace psbc::base
