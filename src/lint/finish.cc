// SPDX-License-Identifier: MIT
#include "lint/finish.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "lint/suppressions.h"

namespace psbc::lint {

using diag::Diagnostic;

namespace {

std::uint32_t position_of(const Finding& finding) { return finding.what.labels.empty() ? 0 : finding.what.labels.front().span.begin; }

} // namespace

Diagnostic made(diag::Code code, const diag::Span& span, std::string message, std::vector<std::string> notes, std::vector<std::string> help, std::vector<diag::Edit> mend) {
  const diag::Rule& rule = diag::rule(code);
  Diagnostic out{.code = code, .severity = rule.severity, .message = std::move(message), .notes = std::move(notes), .help = std::move(help), .fix = mend.empty() ? diag::Fix::none : rule.fix};
  out.edits = std::move(mend);
  if (span.file != nullptr) out.labels.push_back({.span = span});
  return out;
}

std::vector<Finding> finish(const Document& document, const Options& options, const diag::Diagnostics& diagnostics) {
  std::vector<Finding> findings;
  for (const Diagnostic& one : diagnostics.all()) {
    std::string key = document.tree && !one.labels.empty() ? key_at(*document.tree, one.labels.front().span.begin) : std::string();
    findings.push_back({.what = one, .key = std::move(key), .suppressed = {}});
  }
  apply_suppressions(document, options, findings);
  std::erase_if(findings, [&](const Finding& finding) { return diag::rule(finding.what.code).persona > options.persona && !(options.require_reason && finding.what.code == diag::Code::suppression_without_reason); });
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tuple(position_of(a), a.what.code, std::string_view(a.what.message)) < std::tuple(position_of(b), b.what.code, std::string_view(b.what.message));
  });
  // Two ways to the same thing are one.
  findings.erase(std::unique(findings.begin(), findings.end(),
                             [](const Finding& a, const Finding& b) { return position_of(a) == position_of(b) && a.what.code == b.what.code && a.what.message == b.what.message; }),
                 findings.end());
  return findings;
}

} // namespace psbc::lint
