// SPDX-License-Identifier: MIT
// Findings as people and programs read them. Whatever a file says is escaped for the format: a hostile repository forges no
// annotation, no element and no terminal sequence. The caller masks secrets in what comes out, byte for byte (base/token_forms.h).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diag/render.h"
#include "lint/lint.h"

namespace psbc::lint {

struct FileReport {
  std::unique_ptr<diag::SourceFile> source; // the findings point into it
  std::vector<Finding> findings;
};

struct Report {
  const std::vector<FileReport>& files;
  std::vector<diag::Code> skipped; // rules that look at more than was looked at
  std::string version;             // of psbc
};

enum class Format : std::uint8_t { text, concise, json, sarif, github, gitlab, junit, checkstyle };
constexpr std::string_view format_names[] = {"text", "concise", "json", "sarif", "github", "gitlab", "junit", "checkstyle"};
std::optional<Format> find_format(std::string_view name);

std::string render(const Report& report, Format format, const diag::RenderOptions& options);

/// What stays the same when lines move: of the rule, the key and the value. 32 hexadecimal digits.
std::string fingerprint(const Finding& finding);

// One for each format that has a file of its own.
std::string render_json(const Report& report);
std::string render_sarif(const Report& report);
std::string render_gitlab(const Report& report);
std::string render_junit(const Report& report);
std::string render_checkstyle(const Report& report);

// Shared by them.
struct Place {
  std::uint32_t line = 1, column = 1, end_line = 1, end_column = 1; // columns in code points, the end exclusive
  std::uint32_t begin = 0, end = 0;                                  // bytes
};
Place place_of(const Finding& finding);
/// For XML: also without what XML 1.0 has no character for.
std::string xml_text(std::string_view text);
/// The message, its notes and its help, one line each.
std::string whole_text(const Finding& finding);

} // namespace psbc::lint
