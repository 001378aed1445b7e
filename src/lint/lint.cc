// SPDX-License-Identifier: MIT
#include "lint/lint.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "config/load.h"
#include "lint/edits.h"
#include "lint/finish.h"
#include "lint/look.h"
#include "lint/scoped_fs.h"
#include "policy/lower.h"

namespace psbc::lint {

using diag::Diagnostic;
using diag::Diagnostics;

namespace {

/// A list of strings, anywhere below, with an item at this place.
std::optional<diag::Edit> removal_of(const config::Value& table, const diag::Span& span) {
  for (const config::Entry& entry : table.entries) {
    for (std::size_t n = 0; n < entry.value.items.size(); ++n)
      if (entry.value.items[n].span.begin == span.begin && entry.value.items[n].span.end == span.end) return without_item(entry.value, n);
    if (auto found = removal_of(entry.value, span)) return found;
  }
  return std::nullopt;
}

/// A report is about one file, and outlives the others: their lines become words.
void point_nowhere_else(Diagnostic& finding, const Look& look) {
  for (const diag::Label& label : finding.labels)
    if (label.span.file != &look.in.source) finding.notes.push_back(policy::origin_text(label.span, look.in.places.home) + ": " + label.text);
  std::erase_if(finding.labels, [&](const diag::Label& label) { return label.span.file != &look.in.source; });
}

/// What the build would say, as far as it can be said here.
void build_rules(const Look& look, const config::UserConfig& user) {
  Diagnostics found;
  const auto policy = policy::lower({.project = *look.document.config, .user = user, .places = look.in.places, .root = look.in.root, .config_file = look.in.config_file,
                                   .self = base::AbsPath::literal("/usr/bin/psbc"), .fs = look.in.fs, .env = look.in.env, .ceiling = look.in.ceiling, .is_excepted = look.in.is_excepted},
                                    found);
  if (policy && look.in.find_leaks && look.sees(diag::Scope::repo))
    for (const Leak& leak : look.in.find_leaks(*policy)) {
      const bool in_git = leak.by == Leak::By::git;
      Diagnostic& kept = look.add(in_git ? diag::Code::hidden_but_committed : diag::Code::hidden_has_alias, look.document.config->name.span, leak.sentence, "", {}, {leak.help});
      if (!in_git) kept.severity = diag::Severity::warning; // the other name may be hidden as well
    }
  for (const Diagnostic& one : found.all()) {
    const bool elsewhere = !one.labels.empty() && one.labels.front().span.file != &look.in.source;
    if (!look.sees(diag::rule(one.code).scope) || elsewhere) continue;
    Diagnostic& kept = look.out.add(one);
    point_nowhere_else(kept, look);
    if (one.code == diag::Code::dead_hide && !one.labels.empty())
      if (auto edit = removal_of(*look.document.tree, one.labels.front().span)) {
        kept.edits = {std::move(*edit)};
        kept.fix = diag::rule(one.code).fix;
      }
    // The build only advises where lint, which a team asked for, judges.
    if (kept.severity != diag::Severity::error && diag::rule(one.code).severity != diag::Severity::error) kept.severity = diag::rule(one.code).severity;
  }
}

void all_rules(const Look& look) {
  for (const auto rules : {text_rules, path_rules, exposure_rules, hiding_rules, token_rules, repository_rules}) rules(look);
}

bool is_same(const Diagnostic& a, const Diagnostic& b) {
  return a.code == b.code && !a.labels.empty() && !b.labels.empty() && a.labels.front().span.begin == b.labels.front().span.begin;
}

} // namespace

Diagnostic& Look::add(diag::Code code, const diag::Span& span, std::string message, std::string label, std::vector<std::string> notes,
                      std::vector<std::string> help, std::vector<diag::Edit> mend) const {
  Diagnostic finding = made(code, span, std::move(message), std::move(notes), std::move(help), std::move(mend));
  if (!finding.labels.empty()) finding.labels.front().text = std::move(label);
  return out.add(std::move(finding));
}

std::vector<Finding> lint(const Input& input, const Options& options) {
  Diagnostics diagnostics;
  const Document document = read_document(input.source, diagnostics);
  secret_rules(document, diagnostics);
  if (document.config) {
    const Look look{.in = input, .document = document, .out = diagnostics};
    build_rules(look, input.user != nullptr ? *input.user : config::UserConfig{});
    all_rules(look);
  }

  return finish(document, options, diagnostics);
}

void text_findings(const diag::SourceFile& source, const base::AbsPath& config_file, const policy::Places& places, Diagnostics& diagnostics) {
  Diagnostics found;
  const Document document = read_document(source, found);
  if (!document.config) return; // the build has said why
  secret_rules(document, found);
  const base::AbsPath root = config_file.parent();
  const base::Env nothing;
  ScopedFs fs(root, config_file);
  all_rules({.in = {.source = source, .root = root, .config_file = config_file, .places = places, .fs = fs, .env = nothing}, .document = document, .out = found});
  const std::vector<Diagnostic> said = diagnostics.all();
  for (const Diagnostic& one : found.all()) {
    const bool is_said = std::any_of(said.begin(), said.end(), [&](const Diagnostic& other) { return is_same(one, other); });
    if (!is_said && one.severity != diag::Severity::info && diag::rule(one.code).persona == diag::Persona::regular) diagnostics.add(one);
  }
}

} // namespace psbc::lint
