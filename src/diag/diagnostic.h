// SPDX-License-Identifier: MIT
// A Diagnostic is one thing that is wrong in a file that a person wrote: what (message), where
// (labels), why (notes), and what to type (help). Stages add them to a Diagnostics and return
// std::optional; only cli/ prints them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "diag/codes.h"
#include "diag/source.h"

namespace psbc::diag {

/// A half-open range of bytes in one source file.
struct Span {
  const SourceFile* file = nullptr; // owned by Diagnostics::add_file's caller; outlives the span
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Label {
  Span span;
  std::string text; // two or three words; may be empty
  bool primary = true;
};

/// A replacement of bytes of the file.
struct Edit {
  Span span;
  std::string text;
};

struct Diagnostic {
  Code code;
  Severity severity = Severity::error;
  std::string message; // one clause, lower case, no full stop; user text already escaped, in backticks
  std::vector<Label> labels = {};      // exactly one primary when there is a file
  std::vector<std::string> notes = {}; // facts
  std::vector<std::string> help = {};  // what to type
  std::vector<Edit> edits = {};        // what mends it, all together
  Fix fix = Fix::none;                 // what the edits do to the meaning; none: there are none
};

class Diagnostics {
 public:
  Diagnostic& add(Diagnostic diagnostic) { return all_.emplace_back(std::move(diagnostic)); }
  Diagnostic& last() { return all_.back(); }
  bool has_errors() const;
  bool empty() const { return all_.empty(); }
  /// Sorted by file name, position and code: the order never depends on how they were found. What is said twice is said once.
  std::vector<Diagnostic> sorted() const;
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
};

} // namespace psbc::diag
