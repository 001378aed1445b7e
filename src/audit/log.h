// SPDX-License-Identifier: MIT
// Writing the record. Any number of processes at once: one after the other under a lock, each line whole.
#pragma once

#include <string>
#include <vector>

#include "audit/event.h"
#include "base/path.h"
#include "base/result.h"

namespace psbc::audit {

/// Where the record is kept, and about what.
struct Sink {
  base::AbsPath state;      // psbc's own
  bool is_on = false;
  bool to_journal = false;  // the system's journal has each line as well
  bool is_required = false; // by the organisation: nothing is entered while it cannot be written
  std::string project{};    // canonical root; empty: none
  std::string name{};       // of the sandbox
  std::string session{};    // of one entry; empty: none
};

/// All of them or none, in the file: a line that could not be written whole (a full disk) is taken back. Nothing is done where the record is off.
/// What somebody did to the lines that are there is no reason not to go on: it stays visible in the chain. Where the journal alone fails, they stay in the file.
base::Status append(const Sink& sink, const std::vector<Event>& events);

inline constexpr std::size_t largest_log = 4U << 20U; // bytes; then log.jsonl becomes one of those before
inline constexpr std::size_t logs_kept = 8;           // of those before

} // namespace psbc::audit
