// SPDX-License-Identifier: MIT
#include "lint/baseline.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"

namespace psbc::lint {
namespace {

constexpr std::string_view header = "# psbc lint baseline 1";

} // namespace

std::string write_baseline(const std::vector<FileReport>& files, std::string_view date) {
  std::vector<std::string> lines;
  for (const FileReport& file : files)
    for (const Finding& finding : file.findings)
      if (!finding.suppressed)
        lines.push_back(std::string(diag::id(finding.what.code)) + "\t" + fingerprint(finding) + "\t" + std::string(date) + "\t" + base::escape(file.source->name()) + "\t" + base::escape(finding.key) + "\n");
  std::sort(lines.begin(), lines.end());
  std::string out = std::string(header) + "\n";
  for (const std::string& line : lines) out += line;
  return out;
}

std::optional<std::vector<BaselineEntry>> parse_baseline(std::string_view text) {
  std::vector<BaselineEntry> entries;
  bool first = true;
  for (std::string_view line : base::split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (first && line != header) return std::nullopt;
    if (!first && !line.empty() && line.front() != '#') {
      const std::vector<std::string_view> fields = base::split(line, '\t');
      if (fields.size() != 5) return std::nullopt;
      entries.push_back({.rule = std::string(fields[0]), .fingerprint = std::string(fields[1]), .date = std::string(fields[2]), .file = std::string(fields[3]), .key = std::string(fields[4])});
    }
    first = false;
  }
  return entries;
}

void apply_baseline(const std::vector<BaselineEntry>& entries, std::vector<FileReport>& files) {
  std::map<std::string, FileReport*> by_name;
  for (FileReport& file : files) by_name.emplace(base::escape(file.source->name()), &file);
  for (const BaselineEntry& entry : entries) {
    const auto named = by_name.find(entry.file);
    if (named == by_name.end()) continue;
    FileReport& file = *named->second;
    const auto found = std::find_if(file.findings.begin(), file.findings.end(), [&](const Finding& finding) {
      return !finding.suppressed && diag::id(finding.what.code) == entry.rule && fingerprint(finding) == entry.fingerprint;
    });
    if (found != file.findings.end()) {
      found->suppressed = "in the baseline since " + entry.date;
      found->in_baseline = true;
    } else {
      file.findings.push_back({.what = {.code = diag::Code::stale_baseline_entry, .severity = diag::rule(diag::Code::stale_baseline_entry).severity,
                                        .message = "the baseline has " + base::escape(entry.rule) + " for `" + base::escape(entry.key) + "`, and it is not found any more",
                                        .labels = {{.span = {.file = file.source.get(), .begin = 0, .end = 0}}},
                                        .help = {"write the baseline anew: psbc lint --write-baseline FILE"}},
                               .key = {}, .suppressed = {}});
    }
  }
}

} // namespace psbc::lint
