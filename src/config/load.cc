// SPDX-License-Identifier: MIT
#include "config/load.h"

#include <algorithm>

namespace psbc::config {
struct ParserFault {};
[[noreturn]] static void parser_fault() { throw ParserFault{}; }
} // namespace psbc::config

// toml++ asserts what a file can break (3.3: `[[[x]]` in parse_key): with NDEBUG that is undefined
// behaviour, without it the program aborts. Here it is caught like any other syntax error.
#undef NDEBUG
#define TOML_ASSERT(expression) ((expression) ? void() : ::psbc::config::parser_fault())
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/text.h"
#include "config/decode.h"
#include "config/outline.h"
#include "config/plain_text.h"
#include "config/schema.h"
#include "config/syntax_error.h"
#include "config/validate.h"
#include "config/value.h"

namespace psbc::config {

namespace {

/// toml++ counts code points; a file on one line of 64 KiB must not cost a walk for each of its values.
class Places {
 public:
  explicit Places(const diag::SourceFile& source) : source_(source) {
    const std::string& text = source.text();
    lines_.reserve(source.line_count() + 1);
    starts_.reserve(text.size() + 1);
    lines_.push_back(0);
    for (std::uint32_t i = 0; i < text.size(); ++i) {
      if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) // not a continuation byte
        starts_.push_back(i);
      if (text[i] == '\n') lines_.push_back(starts_.size());
    }
    starts_.push_back(static_cast<std::uint32_t>(text.size()));
  }

  std::uint32_t offset(const toml::source_position& position) const {
    const std::size_t line = std::clamp<std::size_t>(position.line, 1, lines_.size());
    const std::size_t column = std::max<std::size_t>(position.column, 1);
    return starts_[std::min(lines_[line - 1] + column - 1, starts_.size() - 1)];
  }
  diag::Span span(const toml::source_region& region) const {
    const std::uint32_t begin = offset(region.begin);
    return {&source_, begin, std::max(begin, offset(region.end))};
  }

 private:
  const diag::SourceFile& source_;
  std::vector<std::size_t> lines_;    // index in starts_ of each line's first code point
  std::vector<std::uint32_t> starts_; // byte offset of each code point
};

// The recursion is bounded: the outline has refused what is deeper than max_depth.
Value convert(const toml::node& node, const Places& places) {
  Value value{.span = places.span(node.source())};
  switch (node.type()) {
    case toml::node_type::string:
      value.type = Type::string;
      value.string = node.as_string()->get();
      break;
    case toml::node_type::integer:
      value.type = Type::integer;
      value.integer = node.as_integer()->get();
      break;
    case toml::node_type::floating_point: value.type = Type::floating; break;
    case toml::node_type::boolean:
      value.type = Type::boolean;
      value.boolean = node.as_boolean()->get();
      break;
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time: value.type = Type::date_time; break;
    case toml::node_type::array:
      value.type = Type::array;
      for (const toml::node& item : *node.as_array()) value.items.push_back(convert(item, places));
      break;
    case toml::node_type::table:
      value.type = Type::table;
      for (const auto& [key, child] : *node.as_table())
        value.entries.push_back({.key = std::string(key.str()),
                                 .key_span = places.span(key.source()),
                                 .value = convert(child, places)});
      // toml++ keeps keys in alphabetical order.
      std::sort(value.entries.begin(), value.entries.end(),
                [](const Entry& a, const Entry& b) { return a.key_span.begin < b.key_span.begin; });
      break;
    case toml::node_type::none: break;
  }
  return value;
}

/// The text for toml++: what is undefined behaviour there is replaced by `!`, which TOML allows at
/// those places as little. toml++ 3.3 reaches TOML_UNREACHABLE when it asks whether `ö` outside of a
/// string is a blank, and asserts that a key follows `[`. One code point stays one, so that positions
/// stay right.
std::string defused(const std::string& text, const Outline& seen) {
  std::string safe;
  safe.reserve(text.size());
  auto range = seen.texts.begin();
  for (std::size_t offset = 0; offset < text.size();) {
    if (range != seen.texts.end() && offset == range->begin) {
      safe.append(text, range->begin, range->end - range->begin);
      offset = range->end;
      ++range;
      continue;
    }
    const base::CodePoint point = base::decode_utf8(text, offset);
    const bool bad = point.value >= 0x80 || (seen.bad_header && offset == seen.stopped);
    safe += bad ? '!' : static_cast<char>(point.value);
    offset += point.size;
  }
  return safe;
}

/// Bytes to a tree. Beyond this point every node has a span, and nothing is deeper than max_depth.
std::optional<Value> parse(const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  if (!check_plain_text(source, diagnostics)) return std::nullopt;
  const Outline seen = outline(source.text(), max_depth);
  if (seen.too_deep) {
    diagnostics.add({.code = diag::Code::limit_exceeded,
                     .message = "keys and arrays are nested more than " + std::to_string(max_depth) + " deep",
                     .labels = {{.span = {&source, seen.stopped, seen.stopped}, .text = "too deep"}},
                     .help = {"remove it: no key of this file is as deep as that"}});
    return std::nullopt;
  }
  const Places places(source);
  try {
    return convert(toml::parse(defused(source.text(), seen)), places);
  } catch (const toml::parse_error& error) {
    diagnostics.add(explain_syntax_error(source, places.offset(error.source().begin), error.description()));
  } catch (const ParserFault&) {
    const std::uint32_t last_known = seen.keys.empty() ? 0 : seen.keys.back().begin;
    diagnostics.add(explain_syntax_error(source, last_known, "this line or one below it"));
  }
  return std::nullopt;
}

/// The tree of a file that keeps its schema.
std::optional<Value> load(const diag::SourceFile& source, Which which, diag::Diagnostics& diagnostics) {
  std::optional<Value> root = parse(source, diagnostics);
  if (!root || !validate(source, *root, shape_of(which), diagnostics)) return std::nullopt;
  return root;
}

} // namespace

std::optional<ProjectConfig> load_project(const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  const std::optional<Value> root = load(source, Which::project, diagnostics);
  return root ? std::optional(decode_project(*root)) : std::nullopt;
}

std::optional<Value> load_project_tree(const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  return load(source, Which::project, diagnostics);
}

std::optional<Value> load_foreign(const diag::SourceFile& source) {
  diag::Diagnostics not_ours;
  return parse(source, not_ours);
}

std::optional<UserConfig> load_user(const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  const std::optional<Value> root = load(source, Which::user, diagnostics);
  return root ? std::optional(decode_user(*root)) : std::nullopt;
}

std::optional<Ceiling> load_ceiling(const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  const std::optional<Value> root = load(source, Which::ceiling, diagnostics);
  return root ? std::optional(decode_ceiling(*root)) : std::nullopt;
}

} // namespace psbc::config
