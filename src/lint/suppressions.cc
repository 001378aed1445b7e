// SPDX-License-Identifier: MIT
#include "lint/suppressions.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "lint/edits.h"
#include "lint/finish.h"

namespace psbc::lint {

using diag::Code;
using diag::Severity;

namespace {

constexpr std::string_view mark = "psbc:";

struct Suppression {
  std::optional<Code> rule; // nothing: there is no such rule
  std::string reason;
  diag::Span span;          // of the name
  diag::Span whole;         // what goes away when it is not needed
  std::uint32_t line = 0;   // that it is about; 0: the whole file
  bool is_used = false;
};

/// What is wrong with the suppressions themselves cannot be suppressed, nor can what makes the rest of a file unreadable.
bool can_be_suppressed(Code rule) {
  return diag::family(rule) != diag::Family::suppression && rule != Code::invalid_toml && rule != Code::not_plain_text && rule != Code::suppressed_exposure;
}

class Reader {
 public:
  Reader(const Document& document, const Options& options, std::vector<Finding>& findings) : document_(document), options_(options), findings_(findings) {}

  std::vector<Suppression> read() {
    for (const Comment& comment : document_.comments)
      if (comment.text.starts_with(mark)) directive(comment);
    if (document_.config)
      for (const config::Variable& entry : document_.config->lint.ignore) named(entry.name.value, entry.name.span, entry.name.span, entry.value.value, 0);
    return std::move(found_);
  }

  void add(Code code, const diag::Span& span, std::string message, std::vector<std::string> help, std::vector<diag::Edit> edits = {}) {
    findings_.push_back({.what = made(code, span, std::move(message), {}, std::move(help), std::move(edits)), .key = {}, .suppressed = {}});
  }

 private:
  void directive(const Comment& comment) {
    std::string_view rest = trimmed(comment.text.substr(mark.size()));
    const bool whole_file = rest.starts_with("file-ignore");
    if (!whole_file && !rest.starts_with("ignore")) return; // a remark about psbc
    rest = trimmed(rest.substr(std::string_view(whole_file ? "file-ignore" : "ignore").size()));
    const std::size_t end = rest.find(']');
    if (!rest.starts_with('[') || end == std::string_view::npos || trimmed(rest.substr(1, end - 1)).empty())
      return add(Code::blanket_suppression, comment.span, "this suppresses every rule", {"name the rules: # psbc: ignore[PSB302] reason"});
    if (whole_file && !comment.is_header)
      return add(Code::unused_suppression, comment.span, "`file-ignore` counts before the first key alone", {"move it to the top of the file"}, removal(comment));
    const std::string reason(trimmed(rest.substr(end + 1)));
    for (const std::string_view name : base::split(rest.substr(1, end - 1), ',')) {
      const std::string_view bare = trimmed(name);
      const std::size_t at = static_cast<std::size_t>(bare.data() - document_.source.text().data());
      const diag::Span span{.file = &document_.source, .begin = static_cast<std::uint32_t>(at), .end = static_cast<std::uint32_t>(at + bare.size())};
      named(bare, span, removal(comment).front().span, reason, whole_file ? 0 : line_of(comment));
    }
  }

  void named(std::string_view name, const diag::Span& span, const diag::Span& whole, const std::string& reason, std::uint32_t line) {
    const auto rule = diag::find_rule(name);
    if (!rule) {
      const std::string meant = diag::nearest_rule(name);
      return add(Code::unknown_rule, span, "there is no rule `" + base::escape(name) + "`", {meant.empty() ? "psbc rule lists them" : "did you mean `" + meant + "`?"});
    }
    if (trimmed(reason).empty()) {
      add(Code::suppression_without_reason, span, "nobody will know why `" + std::string(diag::id(*rule)) + "` does not matter here", {"write the reason behind it"});
      if (options_.require_reason) findings_.back().what.severity = Severity::warning;
    }
    found_.push_back({.rule = rule, .reason = reason, .span = span, .whole = whole, .line = line});
  }

  /// The line itself, or the next one that says something.
  std::uint32_t line_of(const Comment& comment) const {
    if (!comment.is_alone) return comment.line;
    for (std::uint32_t line = comment.line + 1; line <= document_.source.line_count(); ++line) {
      const std::string_view text = trimmed(document_.source.line(line));
      if (!text.empty() && text.front() != '#') return line;
    }
    return comment.line;
  }

  std::vector<diag::Edit> removal(const Comment& comment) const {
    if (!comment.is_alone) return {without_comment(comment.span)};
    diag::Span line = comment.span;
    line.begin = document_.source.line_start(comment.line);
    if (line.end < document_.source.text().size()) ++line.end; // the line break
    return {{.span = line, .text = ""}};
  }

  const Document& document_;
  const Options& options_;
  std::vector<Finding>& findings_;
  std::vector<Suppression> found_;
};

bool is_about(const Suppression& suppression, const Finding& finding) {
  if (suppression.rule != finding.what.code) return false;
  if (suppression.line == 0) return true;
  return std::any_of(finding.what.labels.begin(), finding.what.labels.end(), [&](const diag::Label& label) {
    if (label.span.file == nullptr) return false;
    const std::uint32_t first = label.span.file->position(label.span.begin).line;
    const std::uint32_t last = label.span.file->position(label.span.end > label.span.begin ? label.span.end - 1 : label.span.end).line;
    return first <= suppression.line && suppression.line <= last;
  });
}

} // namespace

void apply_suppressions(const Document& document, const Options& options, std::vector<Finding>& findings) {
  const std::size_t count = findings.size(); // what is added below is about the suppressions
  Reader reader(document, options, findings);
  std::vector<Suppression> suppressions = reader.read();

  if (document.config)
    for (const config::Variable& entry : document.config->lint.severity) {
      const auto rule = diag::find_rule(entry.name.value);
      if (!rule) {
        reader.add(Code::unknown_rule, entry.name.span, "there is no rule `" + base::escape(entry.name.value) + "`", {"psbc rule lists them"});
        continue;
      }
      const Severity severity = entry.value.value == "error" ? Severity::error : entry.value.value == "warning" ? Severity::warning : Severity::info;
      for (Finding& finding : findings)
        if (options.severities && finding.what.code == *rule) finding.what.severity = severity;
    }

  for (Suppression& suppression : suppressions) {
    for (std::size_t n = 0; n < count; ++n) {
      Finding& finding = findings[n];
      if (!is_about(suppression, finding) || !can_be_suppressed(finding.what.code)) continue;
      suppression.is_used = true;
      if (options.ignores && !finding.suppressed) finding.suppressed = suppression.reason;
    }
    const std::string id(diag::id(*suppression.rule));
    const diag::Family family = diag::family(*suppression.rule);
    if (!suppression.is_used)
      reader.add(Code::unused_suppression, suppression.span, "`" + id + "` finds nothing here", {"remove it"}, {{.span = suppression.whole, .text = ""}});
    else if (diag::rule(*suppression.rule).severity == Severity::error && (family == diag::Family::exposure || family == diag::Family::hostile))
      reader.add(Code::suppressed_exposure, suppression.span, "`" + id + "` is an error about what the sandbox shows: lint is silent, the build is not",
                 {"psbc build refuses it all the same"});
  }
}

} // namespace psbc::lint
