// SPDX-License-Identifier: MIT
// A Trace says: from these facts these outputs were made. It lives in the generation directory that
// it describes, as `trace`, in the form of base/records.h:
//
//   psbc trace 2
//   fact TAB kind TAB subject TAB question TAB value      in the order in which they were asked
//   output TAB name TAB octal mode TAB digest TAB stamp   sorted by name
//   moved                                                 at most once: the world changed during the build
//
// Versions: 1  the first; 2  stamps, so that a check need not read the outputs.
//
// A trace that is torn, unreadable, or of a newer psbc is no error. It means: build everything.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/records.h"
#include "trace/fact.h"

namespace psbc::trace {

struct OutputRecord {
  std::string name; // a single component
  mode_t mode = 0600;
  std::string digest;
  std::string stamp{}; // PrivateDir::stamp, when the trace was written
  auto operator<=>(const OutputRecord&) const = default;
};

struct Trace {
  Facts facts;
  std::vector<OutputRecord> outputs;
  bool moved = false;
};

std::string write_trace(const Trace& trace);

struct ReadTrace {
  base::RecordsState state = base::RecordsState::damaged;
  Trace trace; // empty unless whole
};
ReadTrace read_trace(std::string text);

} // namespace psbc::trace
