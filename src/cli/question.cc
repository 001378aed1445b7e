// SPDX-License-Identifier: MIT
#include "cli/question.h"

#include <algorithm>

#include "base/text.h"
#include "config/load.h"
#include "config/words.h"
#include "lint/edits.h"

namespace psbc::cli {
namespace {

using base::AbsPath;

/// As a person writes it in the file.
std::string written(const Question& question, const AbsPath& path) {
  if (path.is_strictly_under(question.project.root)) return std::string(path.relative_to(question.project.root));
  return path.is_strictly_under(question.places.home) ? "~/" + std::string(path.relative_to(question.places.home)) : path.string();
}

} // namespace

std::unique_ptr<Question> open_question(Context& context, int& status) {
  const auto places = places_here(context, status);
  const auto project = places ? project_here(context, {}, status) : std::nullopt;
  const auto self = project ? self_here(context, status) : std::nullopt;
  if (!self) return nullptr;
  auto out = std::make_unique<Question>(context, *places, *project, *self);
  diag::Diagnostics diagnostics;
  // The file is read once: what is granted is of the text whose policy is asked.
  auto now = driver::asked(out->input, out->sources, diagnostics);
  if (now) {
    out->input.approved = now->config;
    out->policy = driver::compile_policy(out->input, out->sources, diagnostics);
  }
  if (!out->policy) {
    show(context, diagnostics);
    status = status_of(diagnostics);
    return nullptr;
  }
  out->text = std::move(now->config);
  out->granted = std::move(now->capabilities);
  return out;
}

std::optional<std::string> with_entries(const std::string& text, const std::vector<Change>& changes) {
  std::string out = text;
  for (const Change& change : changes) {
    const diag::SourceFile source("", out);
    diag::Diagnostics diagnostics;
    const auto tree = config::load_project_tree(source, diagnostics);
    auto next = tree ? lint::apply(out, {lint::with_item(source, *tree, change.key, change.entry)}) : std::nullopt;
    if (!next) return std::nullopt;
    out = std::move(*next);
  }
  return out;
}

Change what_if(const Question& question, std::string words, const std::string& key, const AbsPath& path) {
  Change out{.words = std::move(words), .key = key, .entry = written(question, path)};
  out.line = key + " = [" + config::toml_string(out.entry) + "]";
  driver::CompileInput changed = question.input;
  changed.approved = with_entries(question.text, {out});
  if (!changed.approved) return out;
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const bool builds = driver::compile_policy(changed, sources, diagnostics).has_value();
  const auto& all = diagnostics.all();
  const auto wrong = std::find_if(all.begin(), all.end(), [](const diag::Diagnostic& one) { return one.severity == diag::Severity::error; });
  if (wrong != all.end()) out.refused = std::string(diag::id(wrong->code)) + ": " + wrong->message;
  if (!builds) return out;
  diag::Diagnostics unused;
  if (const auto after = driver::asked(changed, sources, unused))
    for (const trust::Step& step : trust::widening(question.granted, after->capabilities)) out.grants.push_back(trust::shown(step, question.places.home));
  return out;
}

} // namespace psbc::cli
