// SPDX-License-Identifier: MIT
// Reading the record, and checking that it is whole.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/path.h"
#include "base/result.h"

namespace psbc::audit {

struct Record {
  std::string line; // JSON
  std::string time; // "2026-11-27T08:15:00Z"
  std::string event;
  /// A text, number or flag of it; empty when it has none of this name.
  std::string get(std::string_view key) const;
};

struct History {
  std::vector<Record> records;       // oldest first
  std::vector<std::string> problems; // what does not fit the chain; one sentence each
};

/// An empty history where there is no record. Held against the head, and so not while somebody writes.
base::Result<History> read(const base::AbsPath& state);

} // namespace psbc::audit
