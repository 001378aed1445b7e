// SPDX-License-Identifier: MIT
// Catch2's main, in a unit of its own (it is the slow part), for version 2 and 3; and a reporter that
// prints one TAP line per test case. Catch2's own prints one per assertion, which counts loops, not claims.
//   unit_tests              Catch2's console output, for people
//   unit_tests -r claims    TAP, for meson
#define CATCH_CONFIG_RUNNER
#include "support/catch.h"

#include <iostream>
#include <string>

namespace {

#if __has_include(<catch2/catch_all.hpp>)
using Streaming = Catch::StreamingReporterBase;
using Asserted = void;
constexpr auto ignored = [] {};
#else
class ClaimReporter;
using Streaming = Catch::StreamingReporterBase<ClaimReporter>;
using Asserted = bool;
constexpr auto ignored = [] { return false; };
#endif

class ClaimReporter : public Streaming {
 public:
  using Streaming::Streaming;
  static std::string getDescription() { return "TAP, one line per test case"; }

  void testCaseStarting(const Catch::TestCaseInfo& info) override {
    Streaming::testCaseStarting(info);
    claim_ = static_cast<std::string>(info.name);
    failures_.clear();
  }

  void assertionStarting(const Catch::AssertionInfo&) override {}

  Asserted assertionEnded(const Catch::AssertionStats& stats) override {
    const Catch::AssertionResult& result = stats.assertionResult;
    if (!result.isOk()) {
      const Catch::SourceLineInfo line = result.getSourceInfo();
      comment(std::string(line.file) + ":" + std::to_string(line.line));
      if (result.hasExpression()) comment(result.getExpressionInMacro());
      if (result.hasExpandedExpression()) comment("with " + result.getExpandedExpression());
      if (result.hasMessage()) comment(static_cast<std::string>(result.getMessage()));
      for (const auto& info : stats.infoMessages) comment(info.message);
    }
    return ignored();
  }

  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    std::cout << (stats.totals.assertions.failed > 0 ? "not ok " : "ok ") << ++count_ << " - ";
    for (const char c : claim_) std::cout << (c == '#' ? ' ' : c);  // `#` would start a directive
    std::cout << '\n' << failures_ << std::flush;
    Streaming::testCaseEnded(stats);
  }

  void testRunEnded(const Catch::TestRunStats& stats) override {
    std::cout << "1.." << count_ << std::endl;
    Streaming::testRunEnded(stats);
  }

 private:
  void comment(const std::string& text) {
    failures_ += "# ";
    for (const char c : text) failures_ += c == '\n' ? std::string("\n# ") : std::string(1, c);
    failures_ += '\n';
  }

  std::size_t count_ = 0;
  std::string claim_;
  std::string failures_;
};

CATCH_REGISTER_REPORTER("claims", ClaimReporter)

} // namespace

int main(int argc, char** argv) {
  return Catch::Session().run(argc, argv);
}
