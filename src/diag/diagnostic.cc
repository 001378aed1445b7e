// SPDX-License-Identifier: MIT
#include "diag/diagnostic.h"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace psbc::diag {
namespace {

/// What has no place in a file comes first: it is usually why the rest is wrong.
auto sort_key(const Diagnostic& diagnostic) {
  const auto primary =
      std::find_if(diagnostic.labels.begin(), diagnostic.labels.end(),
                   [](const Label& label) { return label.primary && label.span.file != nullptr; });
  std::string_view file;
  Span span;
  if (primary != diagnostic.labels.end()) {
    span = primary->span;
    file = span.file->name();
  }
  return std::tuple(file, span.begin, span.end, diagnostic.code, std::string_view(diagnostic.message));
}

} // namespace

bool Diagnostics::has_errors() const {
  return std::any_of(all_.begin(), all_.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::error; });
}

std::vector<Diagnostic> Diagnostics::sorted() const {
  auto result = all_;
  std::stable_sort(result.begin(), result.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return sort_key(a) < sort_key(b); });
  // Each profile that is made says what cannot be written in it.
  result.erase(std::unique(result.begin(), result.end(), [](const Diagnostic& a, const Diagnostic& b) { return sort_key(a) == sort_key(b); }), result.end());
  return result;
}

} // namespace psbc::diag
