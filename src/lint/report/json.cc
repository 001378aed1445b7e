// SPDX-License-Identifier: MIT
// The format of psbc's own, versioned by `schema` (schema/lint-report.schema.json), SARIF 2.1.0 (OASIS), and GitLab's Code Quality.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "lint/pages.h"
#include "lint/report.h"

namespace psbc::lint {

using base::json_list;
using base::json_text;
using diag::Severity;

namespace {

constexpr const char* rule_name = "urn:psbc:rule:"; // the page is docs/rules, and psbc rule prints it

std::string number(std::string_view name, std::size_t value) { return json_text(name) + ":" + std::to_string(value); }
std::string field(std::string_view name, std::string_view value) { return json_text(name) + ":" + json_text(value); }

std::string span(const Place& at) {
  return number("line", at.line) + "," + number("column", at.column) + "," + number("end_line", at.end_line) + "," + number("end_column", at.end_column) + "," + number("begin", at.begin) + "," +
         number("end", at.end);
}

std::string edits(const Finding& finding) {
  std::string out = "[";
  for (const diag::Edit& edit : finding.what.edits)
    out += (out.size() > 1 ? "," : "") + ("{" + number("begin", edit.span.begin) + "," + number("end", edit.span.end) + "," + field("text", edit.text) + "}");
  return out + "]";
}

std::string finding_json(const FileReport& file, const Finding& finding) {
  std::string out = "{" + field("file", file.source->name()) + "," + field("rule", diag::id(finding.what.code)) + "," + field("name", diag::slug(finding.what.code)) + "," +
                    field("severity", to_string(finding.what.severity)) + "," + span(place_of(finding)) + "," + field("key", finding.key) + "," + field("message", finding.what.message) + "," +
                    "\"notes\":" + json_list(finding.what.notes) + ",\"help\":" + json_list(finding.what.help) + "," + field("fingerprint", fingerprint(finding)) + ",";
  out += "\"suppressed\":" + (finding.suppressed ? json_text(*finding.suppressed) : "null") + ",";
  out += "\"fix\":" + (finding.what.edits.empty() ? "null" : "{" + field("kind", to_string(finding.what.fix)) + ",\"edits\":" + edits(finding) + "}");
  return out + "}";
}

/// A path in a URI reference (RFC 3986): relative to where psbc was called, without `./`.
std::string uri(std::string_view path) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@";
  constexpr std::string_view digits = "0123456789ABCDEF";
  if (path.starts_with("./")) path.remove_prefix(2);
  std::string out = path.starts_with('/') ? "file://" : "";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != std::string_view::npos) out += c;
    else out += std::string("%") + digits[byte >> 4U] + digits[byte & 15U];
  }
  return out;
}

const char* level(Severity severity) { return severity == Severity::error ? "error" : severity == Severity::warning ? "warning" : "note"; }

std::string sarif_rule(diag::Code code) {
  const diag::Rule& rule = diag::rule(code);
  const char* const score = rule.severity == Severity::error ? "8.0" : rule.severity == Severity::warning ? "5.0" : "2.0";
  return "{" + field("id", rule.id) + "," + field("name", rule.slug) + ",\"shortDescription\":{" + field("text", rule.summary) + "}," + field("helpUri", std::string(rule_name) + std::string(rule.id)) +
         ",\"help\":{" + field("text", page_of(code)) + "},\"defaultConfiguration\":{" + field("level", level(rule.severity)) +
         "},\"properties\":{\"tags\":[\"security\"]," + field("precision", rule.scope == diag::Scope::text ? "very-high" : "high") + "," + field("security-severity", score) + "}}";
}

std::string region(const diag::SourceFile& source, std::uint32_t begin, std::uint32_t end) {
  const diag::Position first = source.position(begin), last = source.position(end);
  return "{" + number("startLine", first.line) + "," + number("startColumn", first.column) + "," + number("endLine", last.line) + "," + number("endColumn", last.column) + "}";
}

std::string sarif_result(const FileReport& file, const Finding& finding) {
  const Place at = place_of(finding);
  const std::string artifact = "{" + field("uri", uri(file.source->name())) + ",\"uriBaseId\":\"%SRCROOT%\"}";
  std::string out = "{" + field("ruleId", diag::id(finding.what.code)) + "," + number("ruleIndex", static_cast<std::size_t>(finding.what.code)) + "," + field("level", level(finding.what.severity)) +
                    ",\"message\":{" + field("text", whole_text(finding)) + "},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":" + artifact + ",\"region\":" +
                    region(*file.source, at.begin, at.end) + "}}],\"partialFingerprints\":{" + field("psbc/v1", fingerprint(finding)) + "}";
  if (finding.suppressed) out += ",\"suppressions\":[{" + field("kind", finding.in_baseline ? "external" : "inSource") + (finding.suppressed->empty() ? "" : "," + field("justification", *finding.suppressed)) + "}]";
  if (!finding.what.edits.empty()) {
    out += ",\"fixes\":[{\"description\":{" + field("text", finding.what.help.empty() ? finding.what.message : finding.what.help.front()) + "},\"artifactChanges\":[{\"artifactLocation\":" + artifact +
           ",\"replacements\":[";
    bool first = true;
    for (const diag::Edit& edit : finding.what.edits) {
      out += (first ? "" : ",") + ("{\"deletedRegion\":" + region(*file.source, edit.span.begin, edit.span.end) + ",\"insertedContent\":{" + field("text", edit.text) + "}}");
      first = false;
    }
    out += "]}]}]";
  }
  return out + "}";
}

} // namespace

std::string render_json(const Report& report) {
  std::string out = "{\"schema\":1,\"tool\":{" + field("name", "psbc") + "," + field("version", report.version) + "},\"files\":" + std::to_string(report.files.size()) + ",\"findings\":[";
  bool first = true;
  for (const FileReport& file : report.files)
    for (const Finding& finding : file.findings) {
      out += (first ? "\n" : ",\n") + finding_json(file, finding);
      first = false;
    }
  std::vector<std::string> skipped;
  for (const diag::Code code : report.skipped) skipped.emplace_back(diag::id(code));
  return out + "],\n\"skipped_rules\":" + json_list(skipped) + "}\n";
}

std::string render_sarif(const Report& report) {
  std::string out = "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{" + field("name", "psbc") + "," + field("version", report.version) + "," +
                    field("semanticVersion", report.version) + ",\"rules\":[";
  for (std::size_t n = 0; n < diag::rule_count; ++n) out += (n == 0 ? "" : ",\n") + sarif_rule(static_cast<diag::Code>(n));
  out += "]}},\"columnKind\":\"unicodeCodePoints\",\"automationDetails\":{\"id\":\"psbc/\"},\"originalUriBaseIds\":{\"%SRCROOT%\":{\"description\":{\"text\":\"where psbc was called\"}}},\"results\":[";
  bool first = true;
  for (const FileReport& file : report.files)
    for (const Finding& finding : file.findings) {
      out += (first ? "\n" : ",\n") + sarif_result(file, finding);
      first = false;
    }
  return out + "]}]}\n";
}

std::string render_gitlab(const Report& report) {
  std::string out = "[";
  for (const FileReport& file : report.files)
    for (const Finding& finding : file.findings) {
      if (finding.suppressed) continue;
      const Place at = place_of(finding);
      const char* const severity = finding.what.severity == Severity::error ? "critical" : finding.what.severity == Severity::warning ? "major" : "info";
      out += (out.size() > 1 ? ",\n" : "\n") +
             ("{" + field("description", finding.what.message) + "," + field("check_name", std::string(diag::id(finding.what.code)) + " " + std::string(diag::slug(finding.what.code))) + "," +
              field("fingerprint", fingerprint(finding)) + "," + field("severity", severity) + ",\"location\":{" + field("path", file.source->name()) + ",\"lines\":{" + number("begin", at.line) + "}}}");
    }
  return out + "]\n";
}

} // namespace psbc::lint
