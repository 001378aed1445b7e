// SPDX-License-Identifier: MIT
// A baseline: the findings that were there when a team began to lint, so that only new ones fail. An entry is a rule, a file
// and a fingerprint (lint/report.h), which holds no line number: what moves is the same, what changes is new.
//
//   # psbc lint baseline 1
//   RULE TAB FINGERPRINT TAB DATE TAB FILE TAB KEY      (FILE and KEY escaped; sorted)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/report.h"

namespace psbc::lint {

/// Of all findings that are not suppressed. `date`: "2026-11-26".
std::string write_baseline(const std::vector<FileReport>& files, std::string_view date);

struct BaselineEntry {
  std::string rule, fingerprint, date, file, key;
};
/// Nothing for a text that is none.
std::optional<std::vector<BaselineEntry>> parse_baseline(std::string_view text);

/// Each entry suppresses one finding; one that has none left is a finding itself, where its file was linted.
void apply_baseline(const std::vector<BaselineEntry>& entries, std::vector<FileReport>& files);

} // namespace psbc::lint
