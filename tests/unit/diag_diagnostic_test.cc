// SPDX-License-Identifier: MIT
#include "diag/diagnostic.h"

#include "support/catch.h"

using namespace psbc::diag;

namespace {

std::string order(const Diagnostics& diagnostics) {
  std::string out;
  for (const auto& diagnostic : diagnostics.sorted()) out += diagnostic.message;
  return out;
}

} // namespace

TEST_CASE("diagnostics are sorted by file name, position and code, however they were found") {
  const SourceFile a("a", "0123456789");
  const SourceFile b("b", "0123456789");
  const auto at = [](const SourceFile& file, std::uint32_t begin) {
    return Label{.span = {&file, begin, begin + 1}, .text = {}};
  };
  const std::vector<Diagnostic> found{
      {.code = Code::unknown_key, .message = "1"},
      {.code = Code::wrong_type, .message = "2", .labels = {at(a, 1)}},
      {.code = Code::unknown_key, .message = "3", .labels = {at(a, 5)}},
      {.code = Code::wrong_type, .message = "4", .labels = {at(a, 5)}},
      {.code = Code::wrong_type, .message = "5", .labels = {at(a, 5)}},
      {.code = Code::unknown_key,
       .message = "6",
       .labels = {{.span = {&a, 0, 1}, .text = {}, .primary = false}, at(b, 0)}}, // its primary label counts
  };
  Diagnostics forwards;
  Diagnostics backwards;
  for (const auto& d : found) forwards.add(d);
  for (auto d = found.rbegin(); d != found.rend(); ++d) backwards.add(*d);
  CHECK(order(forwards) == "123456");
  CHECK(order(backwards) == "123456");
}

TEST_CASE("a warning is not an error") {
  Diagnostics diagnostics;
  CHECK(diagnostics.empty());
  diagnostics.add({.code = Code::dead_hide, .severity = Severity::warning, .message = "w"});
  CHECK_FALSE(diagnostics.has_errors());
  diagnostics.add({.code = Code::unknown_key, .message = "e"});
  CHECK(diagnostics.has_errors());
  CHECK_FALSE(diagnostics.empty());
}
