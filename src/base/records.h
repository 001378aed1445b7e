// SPDX-License-Identifier: MIT
// The one form of psbc's own files (traces, claims, approvals): a few records that a person can read
// with cat, and that are believed whole or not at all.
//
//   file     = signature record* seal
//   signature= "psbc" SP word SP version LF          e.g. "psbc trace 1"
//   record   = field *( TAB field ) LF               the first field says what it is
//   field    = printable ASCII; `\` is `\\`, every other byte `\xHH`
//   seal     = "end" TAB 16 hexadecimal digits LF    of a checksum of all before: against torn files, not against an
//                                                    attacker, for whom these files are out of reach
//
// A version is bumped whenever an old reader would misunderstand a new file; each reader's header
// keeps the history.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
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
  /// `text` must outlive the reader, and what is escaped in it is replaced by what it stands for.
  RecordReader(std::span<char> text, std::string_view word, int version);
  RecordsState state() const { return state_; }
  /// The next record's fields, which are parts of the text; false at the end or when the file is not whole.
  bool next(std::vector<std::string_view>& fields);

 private:
  RecordsState state_ = RecordsState::damaged;
  std::span<char> left_;
};

} // namespace psbc::base
