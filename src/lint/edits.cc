// SPDX-License-Identifier: MIT
#include "lint/edits.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "config/words.h"

namespace psbc::lint {

namespace {

/// The whole line, where nothing else is on it.
void take_line(const std::string& text, diag::Span& span) {
  std::uint32_t begin = span.begin, end = span.end;
  while (begin > 0 && (text[begin - 1] == ' ' || text[begin - 1] == '\t')) --begin;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\t' || text[end] == '\r')) ++end;
  if (begin == 0 || text[begin - 1] != '\n' || end >= text.size() || text[end] != '\n') return;
  span.begin = begin;
  span.end = end + 1;
}

} // namespace

diag::Edit without_item(const config::Value& list, std::size_t index) {
  const config::Value& item = list.items[index];
  const std::string& text = item.span.file->text();
  diag::Span span = item.span;
  if (list.items.size() == 1) return {.span = {.file = item.span.file, .begin = list.span.begin, .end = list.span.end}, .text = "[]"};
  const bool is_last = index + 1 == list.items.size();
  const std::uint32_t from = is_last ? list.items[index - 1].span.end : item.span.begin;
  const std::uint32_t to = is_last ? item.span.end : list.items[index + 1].span.begin;
  // A comment between the two stays, and so does a comma at the end, which TOML allows.
  if (text.substr(from, to - from).find('#', is_last ? 0 : item.span.end - item.span.begin) == std::string::npos) {
    span.begin = from;
    span.end = to;
  } else {
    // With its own comma, where it has one: the one before it is then the last, which TOML allows.
    const std::size_t comma = text.find_first_not_of(" \t\r\n", span.end);
    if (comma != std::string::npos && text[comma] == ',') span.end = static_cast<std::uint32_t>(comma + 1);
    take_line(text, span);
  }
  return {.span = span, .text = ""};
}

diag::Edit with_item(const diag::SourceFile& source, const config::Value& tree, std::string_view key, const std::string& item) {
  const std::string text = config::toml_string(item);
  if (const config::Entry* const list = tree.find(key)) {
    const bool empty = list->value.items.empty();
    const std::uint32_t at = empty ? list->value.span.begin + 1 : list->value.items.back().span.end;
    return {.span = {.file = &source, .begin = at, .end = at}, .text = (empty ? "" : ", ") + text};
  }
  const std::uint32_t line = source.position(tree.find("name")->value.span.begin).line;
  const std::uint32_t at = line < source.line_count() ? source.line_start(line + 1) : static_cast<std::uint32_t>(source.text().size());
  const bool ended = at > 0 && source.text()[at - 1] == '\n';
  return {.span = {.file = &source, .begin = at, .end = at}, .text = (ended ? "" : "\n") + std::string(key) + " = [" + text + "]\n"};
}

diag::Edit without_entry(const config::Entry& entry) {
  const diag::SourceFile& source = *entry.key_span.file;
  const std::string& text = source.text();
  const std::uint32_t end = std::max(entry.key_span.end, entry.value.span.end);
  diag::Span span{.file = &source, .begin = source.line_start(source.position(entry.key_span.begin).line), .end = end};
  while (span.end < text.size() && (text[span.end] == ' ' || text[span.end] == '\t')) ++span.end;
  if (span.end < text.size() && text[span.end] == '\r') ++span.end;
  if (span.end < text.size() && text[span.end] == '\n') ++span.end; // else a comment follows, which stays
  return {.span = span, .text = ""};
}

diag::Edit without_comment(diag::Span comment) {
  const std::string& text = comment.file->text();
  while (comment.begin > 0 && (text[comment.begin - 1] == ' ' || text[comment.begin - 1] == '\t')) --comment.begin;
  return {.span = comment, .text = ""};
}

diag::Edit replaced(const diag::Span& span, const std::string& text) { return {.span = span, .text = config::toml_string(text)}; }

std::optional<std::string> apply(const std::string& text, std::vector<diag::Edit> edits) {
  std::sort(edits.begin(), edits.end(), [](const diag::Edit& a, const diag::Edit& b) { return a.span.begin < b.span.begin; });
  std::string out;
  std::uint32_t at = 0;
  for (const diag::Edit& edit : edits) {
    if (edit.span.begin < at || edit.span.end > text.size()) return std::nullopt;
    out += text.substr(at, edit.span.begin - at) + edit.text;
    at = edit.span.end;
  }
  return out + text.substr(at);
}

} // namespace psbc::lint
