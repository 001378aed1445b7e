// SPDX-License-Identifier: MIT
#include "lint/document.h"

#include "config/decode.h"
#include "config/load.h"
#include "config/outline.h"

namespace psbc::lint {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == std::string_view::npos ? text.substr(0, 0) : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

namespace {

std::vector<Comment> comments_of(const diag::SourceFile& source) {
  const std::string_view text = source.text();
  const config::Outline outline = config::outline(text, config::max_depth);
  const std::size_t first_key = outline.keys.empty() ? text.size() : outline.keys.front().begin;
  std::vector<Comment> found;
  for (const config::Outline::Range& range : outline.texts) {
    if (text[range.begin] != '#') continue;
    const std::uint32_t line = source.position(range.begin).line;
    const std::string_view before = text.substr(source.line_start(line), range.begin - source.line_start(line));
    const bool alone = trimmed(before).empty();
    found.push_back({.span = {.file = &source, .begin = range.begin, .end = range.end},
                     .text = trimmed(text.substr(range.begin + 1, range.end - range.begin - 1)),
                     .line = line,
                     .is_alone = alone,
                     .is_header = alone && range.begin < first_key});
  }
  return found;
}

bool holds(const diag::Span& span, std::uint32_t offset) { return span.begin <= offset && offset < span.end; }

std::string joined(const std::string& key, const std::string& below) {
  return key + (below.empty() || below.front() == '[' ? below : "." + below);
}

} // namespace

Document read_document(const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  Document document{.source = source};
  document.tree = config::load_project_tree(source, diagnostics);
  if (document.tree) document.config = config::decode_project(*document.tree);
  document.comments = comments_of(source);
  return document;
}

std::string key_at(const config::Value& tree, std::uint32_t offset) {
  for (const config::Entry& entry : tree.entries) {
    // The keys of a table with a header lie behind it, outside of its span.
    const std::string below = key_at(entry.value, offset);
    if (!below.empty() || holds(entry.key_span, offset) || holds(entry.value.span, offset)) return joined(entry.key, below);
  }
  for (std::size_t n = 0; n < tree.items.size(); ++n) {
    const std::string below = key_at(tree.items[n], offset);
    if (!below.empty() || holds(tree.items[n].span, offset)) return joined("[" + std::to_string(n) + "]", below);
  }
  return "";
}

} // namespace psbc::lint
