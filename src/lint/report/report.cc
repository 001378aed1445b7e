// SPDX-License-Identifier: MIT
#include "lint/report.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/text.h"

namespace psbc::lint {

using diag::Severity;

namespace {

std::string counted(std::size_t count, std::string_view word) { return std::to_string(count) + " " + std::string(word) + (count == 1 ? "" : "s"); }

std::string summary(const Report& report) {
  std::array<std::size_t, 3> counts{};
  std::size_t suppressed = 0, fixable = 0;
  for (const FileReport& file : report.files)
    for (const Finding& finding : file.findings) {
      if (finding.suppressed) {
        ++suppressed;
        continue;
      }
      ++counts.at(static_cast<std::size_t>(finding.what.severity));
      fixable += finding.what.fix == diag::Fix::safe && !finding.what.edits.empty();
    }
  constexpr std::array<std::string_view, 3> words{"error", "warning", "note"};
  std::string line;
  for (std::size_t n = 0; n < words.size(); ++n)
    if (counts.at(n) > 0) line += (line.empty() ? "" : ", ") + counted(counts.at(n), words.at(n));
  if (line.empty()) line = "no findings in " + counted(report.files.size(), "file");
  if (suppressed > 0) line += " (" + std::to_string(suppressed) + " suppressed)";
  if (fixable > 0) line += "; " + std::to_string(fixable) + " can be mended by --fix";
  const bool repository_too = std::any_of(report.skipped.begin(), report.skipped.end(), [](diag::Code code) { return diag::rule(code).scope == diag::Scope::repo; });
  if (!report.skipped.empty()) line += "; skipped " + counted(report.skipped.size(), "rule") + " about the " + (repository_too ? "repository and the machine" : "machine");
  return line + "\n";
}

std::string text(const Report& report, const diag::RenderOptions& options) {
  std::string out;
  for (const FileReport& file : report.files)
    for (const Finding& finding : file.findings)
      if (!finding.suppressed) out += diag::render(finding.what, options);
  return out + summary(report);
}

/// As compilers print it: editors jump to it.
std::string concise(const Report& report) {
  std::string out;
  for (const FileReport& file : report.files)
    for (const Finding& finding : file.findings) {
      if (finding.suppressed) continue;
      const Place at = place_of(finding);
      out += base::escape(file.source->name()) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " + std::string(to_string(finding.what.severity)) + "[" +
             std::string(diag::id(finding.what.code)) + "] " + base::escape(finding.what.message) + "\n";
    }
  return out;
}

/// Workflow commands: `%`, CR and LF would end one, `:` and `,` a property of it.
std::string command_text(std::string_view text, bool is_property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') out += "%25";
    else if (c == '\r') out += "%0D";
    else if (c == '\n') out += "%0A";
    else if (is_property && c == ':') out += "%3A";
    else if (is_property && c == ',') out += "%2C";
    else out += c;
  }
  return out;
}

std::string github(const Report& report) {
  std::string out;
  for (const FileReport& file : report.files)
    for (const Finding& finding : file.findings) {
      if (finding.suppressed) continue;
      const Place at = place_of(finding);
      const char* const word = finding.what.severity == Severity::error ? "error" : finding.what.severity == Severity::warning ? "warning" : "notice";
      out += std::string("::") + word + " file=" + command_text(base::escape(file.source->name()), true) + ",line=" + std::to_string(at.line) + ",endLine=" + std::to_string(at.end_line);
      if (at.line == at.end_line) out += ",col=" + std::to_string(at.column) + ",endColumn=" + std::to_string(at.end_column);
      out += ",title=" + command_text(std::string(diag::id(finding.what.code)) + " " + std::string(diag::slug(finding.what.code)), true) + "::" + command_text(whole_text(finding), false) + "\n";
    }
  return out;
}

} // namespace

std::optional<Format> find_format(std::string_view name) {
  const auto found = std::find(std::begin(format_names), std::end(format_names), name);
  if (found == std::end(format_names)) return std::nullopt;
  return static_cast<Format>(found - std::begin(format_names));
}

std::string render(const Report& report, Format format, const diag::RenderOptions& options) {
  switch (format) {
    case Format::text: return text(report, options);
    case Format::concise: return concise(report);
    case Format::json: return render_json(report);
    case Format::sarif: return render_sarif(report);
    case Format::github: return github(report);
    case Format::gitlab: return render_gitlab(report);
    case Format::junit: return render_junit(report);
    case Format::checkstyle: return render_checkstyle(report);
  }
  return {};
}

Place place_of(const Finding& finding) {
  Place place;
  if (finding.what.labels.empty() || finding.what.labels.front().span.file == nullptr) return place;
  const auto primary = std::find_if(finding.what.labels.begin(), finding.what.labels.end(), [](const diag::Label& label) { return label.primary; });
  const diag::Span& span = primary != finding.what.labels.end() ? primary->span : finding.what.labels.front().span;
  const diag::Position begin = span.file->position(span.begin), end = span.file->position(span.end);
  return {.line = begin.line, .column = begin.column, .end_line = end.line, .end_column = end.column, .begin = span.begin, .end = span.end};
}

std::string whole_text(const Finding& finding) {
  std::string out = base::escape(finding.what.message);
  for (const std::string& note : finding.what.notes)
    for (const std::string_view line : base::split(note, '\n')) out += "\nnote: " + base::escape(line);
  for (const std::string& help : finding.what.help)
    for (const std::string_view line : base::split(help, '\n')) out += "\nhelp: " + base::escape(line);
  return out;
}

std::string fingerprint(const Finding& finding) {
  std::string value;
  if (!finding.what.labels.empty() && finding.what.labels.front().span.file != nullptr) {
    const diag::Span& span = finding.what.labels.front().span;
    value = span.file->text().substr(span.begin, span.end - span.begin);
  }
  constexpr std::size_t digits = 32;
  std::string list = finding.key; // an entry that moves in its list is the same
  if (const std::size_t bracket = list.rfind('['); bracket != std::string::npos) list.resize(bracket);
  return base::digest(std::string(diag::id(finding.what.code)) + '\0' + list + '\0' + value).substr(0, digits);
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : base::escape(text)) {
    if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&apos;";
    else out += c;
  }
  return out;
}

} // namespace psbc::lint
