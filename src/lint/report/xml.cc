// SPDX-License-Identifier: MIT
// JUnit, as Jenkins and GitLab read it, and Checkstyle.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.h"
#include "lint/report.h"

namespace psbc::lint {

using diag::Severity;

namespace {

constexpr std::string_view header = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

std::string attribute(std::string_view name, std::string_view value) { return " " + std::string(name) + "=\"" + xml_text(value) + "\""; }

std::size_t count_of(const FileReport& file) {
  return static_cast<std::size_t>(std::count_if(file.findings.begin(), file.findings.end(), [](const Finding& finding) { return !finding.suppressed; }));
}

/// Lines stay lines: base::escape would show a line break as text.
std::string lines(const Finding& finding) {
  std::string out;
  const std::string whole = whole_text(finding);
  for (const std::string_view line : base::split(whole, '\n')) out += (out.empty() ? "" : "\n") + xml_text(line);
  return out;
}

} // namespace

std::string render_junit(const Report& report) {
  std::size_t total = 0;
  for (const FileReport& file : report.files) total += std::max<std::size_t>(1, count_of(file));
  std::size_t failed = 0;
  for (const FileReport& file : report.files) failed += count_of(file);
  std::string out(header);
  out += "<testsuites" + attribute("name", "psbc lint") + attribute("tests", std::to_string(total)) + attribute("failures", std::to_string(failed)) + ">\n";
  for (const FileReport& file : report.files) {
    const std::size_t count = count_of(file);
    out += "  <testsuite" + attribute("name", file.source->name()) + attribute("tests", std::to_string(std::max<std::size_t>(1, count))) + attribute("failures", std::to_string(count)) + ">\n";
    if (count == 0) out += "    <testcase" + attribute("name", "psbc lint") + attribute("classname", file.source->name()) + "/>\n";
    for (const Finding& finding : file.findings) {
      if (finding.suppressed) continue;
      const Place at = place_of(finding);
      out += "    <testcase" + attribute("name", std::string(diag::id(finding.what.code)) + " " + std::string(diag::slug(finding.what.code)) + " at " + std::to_string(at.line) + ":" + std::to_string(at.column)) +
             attribute("classname", file.source->name()) + attribute("line", std::to_string(at.line)) + ">\n";
      out += "      <failure" + attribute("type", to_string(finding.what.severity)) + attribute("message", finding.what.message) + ">" + lines(finding) + "</failure>\n    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

std::string render_checkstyle(const Report& report) {
  std::string out(header);
  out += "<checkstyle version=\"4.3\">\n";
  for (const FileReport& file : report.files) {
    out += "  <file" + attribute("name", file.source->name()) + ">\n";
    for (const Finding& finding : file.findings) {
      if (finding.suppressed) continue;
      const Place at = place_of(finding);
      out += "    <error" + attribute("line", std::to_string(at.line)) + attribute("column", std::to_string(at.column)) + attribute("severity", to_string(finding.what.severity)) +
             attribute("message", finding.what.message) + attribute("source", "psbc." + std::string(diag::id(finding.what.code))) + "/>\n";
    }
    out += "  </file>\n";
  }
  return out + "</checkstyle>\n";
}

} // namespace psbc::lint
