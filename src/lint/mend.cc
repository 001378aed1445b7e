// SPDX-License-Identifier: MIT
#include "lint/mend.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "lint/edits.h"

namespace psbc::lint {
namespace {

constexpr int most_rounds = 10;

/// Of a text that is no TOML nobody knows what an edit does to it; and one that makes it unreadable is a defect, which must not reach the file.
bool is_readable(const FileReport& report) {
  constexpr diag::Code unreadable[] = {diag::Code::invalid_toml, diag::Code::duplicate_key, diag::Code::not_plain_text};
  return std::none_of(report.findings.begin(), report.findings.end(), [&](const Finding& finding) { return std::find(std::begin(unreadable), std::end(unreadable), finding.what.code) != std::end(unreadable); });
}

/// Of findings whose edits overlap, the first: the others are for the next round.
std::vector<diag::Edit> edits_of_one_round(const FileReport& report, bool unsafe_too) {
  std::vector<diag::Edit> edits;
  std::uint32_t end = 0;
  for (const Finding& finding : report.findings) {
    const std::vector<diag::Edit>& mine = finding.what.edits;
    if (finding.suppressed || mine.empty() || (finding.what.fix != diag::Fix::safe && !unsafe_too)) continue;
    const auto [first, last] = std::minmax_element(mine.begin(), mine.end(), [](const diag::Edit& a, const diag::Edit& b) { return a.span.begin < b.span.begin; });
    if (!edits.empty() && first->span.begin < end) continue;
    end = std::max(last->span.end, last->span.begin);
    edits.insert(edits.end(), mine.begin(), mine.end());
  }
  return edits;
}

} // namespace

std::string mend(std::string text, const Judge& judge, bool unsafe_too) {
  for (int round = 0; round < most_rounds; ++round) {
    const FileReport report = judge(text);
    const std::vector<diag::Edit> edits = is_readable(report) ? edits_of_one_round(report, unsafe_too) : std::vector<diag::Edit>{};
    const auto next = edits.empty() ? std::nullopt : lint::apply(text, edits);
    if (!next || *next == text || !is_readable(judge(*next))) return text;
    text = *next;
  }
  return text;
}

} // namespace psbc::lint
