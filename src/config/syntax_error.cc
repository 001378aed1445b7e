// SPDX-License-Identifier: MIT
#include "config/syntax_error.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "config/load.h"
#include "config/outline.h"
#include "config/words.h"

namespace psbc::config {

namespace {

using diag::Code;
using diag::Diagnostic;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

class Explainer {
 public:
  Explainer(const diag::SourceFile& source, std::uint32_t offset)
      : source_(source), text_(source.text()), at_(std::min<std::size_t>(offset, text_.size())),
        seen_(outline(text_.substr(0, at_), max_depth)) {}

  std::optional<Diagnostic> explain() const {
    if (!seen_.open.empty()) {
      const Outline::Open open = seen_.open.back();
      if (open.kind == '[')
        return seen_.keys.empty() || seen_.open.front().offset != seen_.value_begin ? in_header(open)
                                                                                    : in_array(open);
      return open.kind == '{' ? in_inline_table(open) : in_string(open);
    }
    if (seen_.keys.empty() || line_begin(at_) != line_begin(seen_.keys.back().begin)) return at_line_start();
    const std::size_t after_key = skip_blanks(seen_.keys.back().end);
    if (after_key < at_ && text_[after_key] == '=') return in_value();
    return after_key <= at_ ? after_the_key() : std::nullopt;
  }

 private:
  Diagnostic make(std::string message, std::size_t begin, std::size_t end, std::string label,
                  std::string help) const {
    return {
        .code = Code::invalid_toml,
        .message = std::move(message),
        .labels = {{.span = {&source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
                    .text = std::move(label)}},
        .help = {std::move(help)}};
  }

  bool at_line_end(std::size_t at) const {
    return at >= text_.size() || text_[at] == '\n' || text_[at] == '\r';
  }
  bool starts(std::size_t at, std::string_view what) const { return text_.substr(at).starts_with(what); }
  std::size_t line_begin(std::size_t at) const {
    const std::size_t found = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
    return found == std::string_view::npos ? 0 : found + 1;
  }
  std::size_t line_end(std::size_t at) const {
    return std::min(text_.find_first_of("\r\n", at), text_.size());
  }
  std::size_t skip_blanks(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    return at;
  }
  std::size_t next_character(std::size_t at) const {
    return at_line_end(at) ? at : at + base::decode_utf8(text_, at).size;
  }
  /// The end of an unquoted value: where it could end, without blanks before it.
  std::size_t word_end(std::size_t begin, std::string_view terminators) const {
    std::size_t end = std::min(text_.find_first_of(terminators, begin), line_end(begin));
    while (end > begin && is_blank(text_[end - 1])) --end;
    return end;
  }
  std::string key() const {
    const Outline::Key& last = seen_.keys.back();
    return std::string(text_.substr(last.begin, last.end - last.begin));
  }

  Diagnostic in_string(Outline::Open open) const {
    const bool multiline = open.kind == 'm' || open.kind == 'M';
    const std::string quote = open.kind == 'm'   ? "'''"
                              : open.kind == 'M' ? "\"\"\""
                                                 : std::string(1, open.kind);
    if (at_ >= text_.size() || (!multiline && at_line_end(at_)))
      return make("a string is not closed", open.offset, multiline ? open.offset + 3 : at_, "starts here",
                  "end it with " + quoted(quote));
    const std::size_t backslash = text_.rfind('\\', std::min(at_, text_.size() - 1));
    if (backslash == std::string_view::npos || backslash < open.offset || open.kind == '\'' ||
        open.kind == 'm')
      return make("a string cannot hold this character", at_, next_character(at_), "",
                  "write it as an escape");
    const std::size_t end = std::max(next_character(at_), next_character(backslash + 1));
    return make("in double quotes `\\` starts an escape, and this is none", backslash, end,
                "not an escape of TOML",
                "use single quotes, in which `\\` stands for itself, or write `\\\\`");
  }

  Diagnostic in_header(Outline::Open open) const {
    const std::size_t end = line_end(open.offset);
    if (at_line_end(skip_blanks(at_)))
      return make("the table's header is not closed", open.offset, end, "", "end it with `]`");
    return not_a_header(open.offset);
  }

  Diagnostic not_a_header(std::size_t begin) const {
    return make("this is not the header of a table", begin, line_end(begin), "",
                "write `[table]`, its keys on the lines below");
  }

  std::optional<Diagnostic> in_array(Outline::Open open) const {
    const std::size_t next = skip_blanks(at_);
    const std::size_t end = word_end(at_, ",]#=");
    if (at_ >= text_.size() || starts(std::min(skip_blanks(end), text_.size()), "="))
      return make("an array is not closed", open.offset, open.offset + 1, "starts here", "end it with `]`");
    if (text_[next] == ',')
      return make("a comma stands without an entry before it", next, next + 1, "", "remove it");
    const std::size_t before = text_.find_last_not_of(" \t\r\n", at_ - 1);
    if (before > open.offset && text_[before] != ',' && text_[before] != '[' && !inside_word())
      return missing_comma();
    const std::size_t begin = entry_begin(open.offset);
    return unquoted(begin, word_end(begin, ",]#"), "");
  }

  Diagnostic missing_comma() const {
    return make("a comma is missing between two entries", at_, next_character(at_), "the next entry",
                "put `,` before it");
  }

  /// Whether what stands right before the error belongs to the same unquoted word.
  bool inside_word() const {
    return at_ > 0 && !at_line_end(at_) &&
           std::string_view(" \t\r\n,[]{}\"'").find(text_[at_ - 1]) == std::string_view::npos;
  }

  std::size_t entry_begin(std::size_t open) const {
    std::size_t begin = at_;
    while (begin > open + 1 && std::string_view(",[\n").find(text_[begin - 1]) == std::string_view::npos)
      --begin;
    return skip_blanks(begin);
  }

  std::optional<Diagnostic> in_inline_table(Outline::Open open) const {
    if (at_ >= text_.size() || at_line_end(at_) || text_[at_] == '#')
      return make("a table in braces must stand on one line", open.offset, open.offset + 1, "starts here",
                  "end the line with `}`, or write it as `[table]` with its keys on the lines below");
    if (text_[at_] == '}' || text_[at_] == ',')
      return make(text_[at_] == '}' ? "a comma stands right before `}`"
                                    : "a comma stands without an entry before it",
                  at_, at_ + 1, "", "remove the comma");
    const Outline::Key& last = seen_.keys.back();
    if (last.begin > open.offset) {
      const std::size_t after_key = skip_blanks(last.end);
      if (after_key < at_ && text_[after_key] == '=') return in_value();
      if (after_key <= at_) return after_the_key();
    }
    return std::nullopt;
  }

  std::optional<Diagnostic> in_value() const {
    const std::size_t begin = seen_.value_begin;
    if (begin >= text_.size() || at_line_end(begin) ||
        std::string_view("#,]}=").find(text_[begin]) != std::string_view::npos)
      return make(quoted(key()) + " has no value", seen_.keys.back().begin, seen_.keys.back().end, "",
                  "write `" + base::escape(key()) + " = \"...\"`");
    if (std::string_view("\"'[{").find(text_[begin]) != std::string_view::npos) return only_one();
    if (!seen_.open.empty() && at_ > begin && is_blank(text_[at_ - 1])) return missing_comma();
    const bool next_key = is_blank(text_[at_ - 1]) &&
                          text_.substr(at_, line_end(at_) - at_).find('=') != std::string_view::npos;
    if (at_ > begin && next_key) return only_one();
    return unquoted(begin, word_end(begin, seen_.open.empty() ? "#" : ",}#"), base::escape(key()) + " = ");
  }

  Diagnostic only_one() const {
    return make("nothing may follow a value on its line", at_,
                std::max(word_end(at_, "#"), next_character(at_)), "",
                "start a new line for the next key, and put `#` before a comment");
  }

  std::optional<Diagnostic> unquoted(std::size_t begin, std::size_t end, const std::string& prefix) const {
    if (end <= begin) return std::nullopt;
    std::string_view word = text_.substr(begin, end - begin);
    constexpr std::string_view typographic[] = {"“", "”", "„", "‘", "’", "«", "»", "`", "‚"};
    for (const std::string_view quote : typographic) {
      if (!word.starts_with(quote)) continue;
      word.remove_prefix(quote.size());
      for (const std::string_view closing : typographic)
        if (word.ends_with(closing)) word.remove_suffix(closing.size());
      return make("these are not the quotes of TOML", begin, end, "",
                  "write `" + prefix + toml_string(word) + "`");
    }
    std::string small(word);
    std::transform(small.begin(), small.end(), small.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (small == "true" || small == "false")
      return make(quoted(word) + " is written in small letters", begin, end, "",
                  "write `" + prefix + small + "`");
    const bool number = (word[0] >= '0' && word[0] <= '9') || word[0] == '+' || word[0] == '-';
    // A quote at its end only: `name = lab"`.
    while (word.size() > 1 && (word.ends_with('"') || word.ends_with('\''))) word.remove_suffix(1);
    return make(number ? quoted(word) + " is no number or date, and text needs quotes"
                       : quoted(word) + " needs quotes",
                begin, end, "", "write `" + prefix + toml_string(word) + "`");
  }

  /// After a key that is not followed by `=`.
  std::optional<Diagnostic> after_the_key() const {
    const Outline::Key& last = seen_.keys.back();
    if (at_line_end(at_) || text_[at_] == '#')
      return make(quoted(key()) + " has no value", last.begin, last.end, "",
                  "write `" + base::escape(key()) + " = \"...\"`");
    if (text_[at_] == ':')
      return make("TOML puts `=` between a key and its value", at_, at_ + 1, "",
                  "write `" + base::escape(key()) + " = ...`");
    if (at_ == last.end) return bare_key(last.begin);
    const std::size_t equals = text_.substr(0, line_end(at_)).find('=', at_);
    if (equals != std::string_view::npos)
      return make("a key with a blank in it needs quotes", last.begin, word_end(last.begin, "="), "",
                  "write one word, or put the key in quotes");
    return make("`=` is missing after " + quoted(key()), at_, next_character(at_), "",
                "write `" + base::escape(key()) + " = ...`");
  }

  std::optional<Diagnostic> at_line_start() const {
    if (at_line_end(at_)) return std::nullopt;
    if (text_[at_] == '[') return not_a_header(at_);
    if (text_[at_] == '=') return make("there is no key before `=`", at_, at_ + 1, "", "write `key = value`");
    if (std::string_view("]}),").find(text_[at_]) != std::string_view::npos)
      return make("there is nothing open that `" + std::string(1, text_[at_]) + "` could close", at_, at_ + 1,
                  "", "remove it");
    return bare_key(at_);
  }

  Diagnostic bare_key(std::size_t begin) const {
    const std::size_t end = std::max(word_end(begin, "=#"), next_character(begin));
    return make("a key without quotes may hold A-Z, a-z, 0-9, `_` and `-` only", begin, end, "",
                "write `key = value`; put another key in quotes");
  }

  const diag::SourceFile& source_;
  std::string_view text_;
  std::size_t at_;
  Outline seen_;
};

/// The first definition that the one at `again` contradicts.
const Outline::Key* first_definition(const Outline& outline, const Outline::Key& again) {
  const auto leads_to = [](const std::vector<Outline::Part>& shorter,
                           const std::vector<Outline::Part>& longer) {
    return shorter.size() <= longer.size() &&
           std::equal(shorter.begin(), shorter.end() - 1, longer.begin()) &&
           shorter.back().name == longer[shorter.size() - 1].name;
  };
  const Outline::Key* around = nullptr;  // `a = 1` before `a.b = 1`
  const Outline::Key* implied = nullptr; // `a.b = 1` before `a = 1`
  for (const Outline::Key& key : outline.keys) {
    if (key.begin >= again.begin) break;
    if (key.path.size() == again.path.size() && leads_to(key.path, again.path)) return &key;
    if (around == nullptr && key.defines == Outline::Defines::value && leads_to(key.path, again.path))
      around = &key;
    if (implied == nullptr && leads_to(again.path, key.path)) implied = &key;
  }
  return around != nullptr ? around : implied;
}

std::optional<Diagnostic> explain_duplicate(const diag::SourceFile& source, std::uint32_t offset) {
  const std::string_view text = source.text();
  const Outline whole = outline(text, max_depth);
  const std::size_t line_feed = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  const std::size_t line = line_feed == std::string_view::npos ? 0 : line_feed + 1;
  // toml++ points at the second value, or at the bracket of the second header.
  const bool header = text.substr(offset).starts_with('[') && text.find_first_not_of(" \t", line) == offset;
  auto again = std::partition_point(whole.keys.begin(), whole.keys.end(),
                                    [&](const Outline::Key& key) { return key.begin <= offset; });
  if (header ? again == whole.keys.end() : again == whole.keys.begin()) return std::nullopt;
  if (!header) --again;
  const Outline::Key* first = first_definition(whole, *again);
  if (first == nullptr) return std::nullopt;

  const auto written = [&](const Outline::Key& key) { return text.substr(key.begin, key.end - key.begin); };
  const bool tables = again->defines != Outline::Defines::value;
  return Diagnostic{
      .code = Code::duplicate_key,
      .message = (tables ? "the table " : "the key ") + quoted(written(*again)) + " is defined twice",
      .labels = {{.span = {&source, again->begin, again->end}, .text = "again here"},
                 {.span = {&source, first->begin, first->end}, .text = "first here", .primary = false}},
      .help = {tables ? "put the keys of both under one header" : "remove one of the two"}};
}

} // namespace

diag::Diagnostic explain_syntax_error(const diag::SourceFile& source, std::uint32_t offset,
                                      std::string_view parser_message) {
  const bool duplicate = parser_message.find("redefine") != std::string_view::npos ||
                         parser_message.find("cannot insert") != std::string_view::npos;
  if (auto known = duplicate ? explain_duplicate(source, offset) : Explainer(source, offset).explain())
    return *known;
  const std::size_t colon = parser_message.find(": ");
  const std::string_view reason =
      colon == std::string_view::npos ? parser_message : parser_message.substr(colon + 2);
  return {.code = duplicate ? Code::duplicate_key : Code::invalid_toml,
          .message = duplicate ? "a key is defined twice" : "this is not TOML",
          .labels = {{.span = {&source, offset, offset}, .text = ""}},
          .notes = {"the parser says: " + base::escape(reason)},
          .help = {"a line is `key = value`, `[table]` or `# comment`"}};
}

} // namespace psbc::config
