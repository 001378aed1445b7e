// SPDX-License-Identifier: MIT
#include "config/outline.h"

#include <algorithm>

namespace psbc::config {

namespace {

using Part = Outline::Part;
using Path = std::vector<Part>;

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

  Outline run() {
    while (at_ < text_.size() && !stopped() && outline_.open.empty()) {
      skip_blank(" \t\r\n");
      if (peek() == '#')
        skip_comment();
      else if (peek() == '[')
        header();
      else if (at_ < text_.size())
        statement(table_);
    }
    return std::move(outline_);
  }

 private:
  bool stopped() const { return outline_.too_deep || outline_.bad_header; }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::uint32_t here() const { return static_cast<std::uint32_t>(at_); }

  void skip_blank(std::string_view blanks) {
    at_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
  }
  void skip_comment() {
    const std::uint32_t begin = here();
    skip_to_line_end();
    outline_.texts.push_back({begin, here()});
  }
  void skip_to_line_end() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  bool descend(std::size_t depth) {
    if (depth <= max_depth_) return true;
    outline_.too_deep = true;
    outline_.stopped = here();
    return false;
  }

  /// Opened at the current position and closed by the caller when the end was found.
  void open(char kind) { outline_.open.push_back({.kind = kind, .offset = here()}); }
  void close() { outline_.open.pop_back(); }

  /// Skips a string; leaves it open when the text or, for the one-line kinds, the line ends first.
  bool string() {
    const char quote = peek();
    const bool literal = quote == '\'';
    const std::uint32_t begin = here();
    const bool multiline = peek(1) == quote && peek(2) == quote;
    open(!multiline ? quote : literal ? 'm' : 'M');
    for (at_ += multiline ? 3 : 1; at_ < text_.size(); ++at_) {
      if (peek() == '\\' && !literal && at_ + 1 < text_.size()) {
        ++at_;
      } else if (peek() == '\n' && !multiline) {
        return false;
      } else if (peek() == quote && (!multiline || (peek(1) == quote && peek(2) == quote))) {
        at_ += multiline ? 3 : 1;
        while (multiline && peek() == quote) // up to two quotes may stand right before the closing three
          ++at_;
        close();
        outline_.texts.push_back({begin, here()});
        return true;
      }
    }
    return false;
  }

  bool at_key_end() const {
    return std::string_view("=]}{,#\n\r \t.").find(peek()) != std::string_view::npos;
  }

  bool at_key_start() const {
    const char c = peek();
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-\"'").find(c) != std::string_view::npos;
  }

  /// Appends the parts of a dotted key to `path`; false when it is too deep or a quote stays open.
  bool key(Path& path) {
    for (;;) {
      skip_blank(" \t");
      const std::size_t begin = at_;
      if (peek() == '"' || peek() == '\'') {
        if (!string()) return false;
        path.push_back({text_.substr(begin + 1, at_ - begin - 2)});
      } else {
        while (at_ < text_.size() && !at_key_end()) ++at_;
        path.push_back({text_.substr(begin, at_ - begin)});
      }
      key_end_ = here();
      if (!descend(path.size())) return false;
      skip_blank(" \t");
      if (peek() != '.') return true;
      ++at_;
    }
  }

  void header() {
    const bool element = peek(1) == '[';
    outline_.stopped = here();
    open('[');
    at_ += element ? 2 : 1;
    skip_blank(" \t");
    if (at_ < text_.size() && peek() != ']' && !at_key_start()) {
      outline_.bad_header = true;
      return close();
    }
    Outline::Key found{.defines = element ? Outline::Defines::element : Outline::Defines::table,
                       .begin = here()};
    const auto bracket = outline_.open.back();
    close();
    if (!key(found.path)) return;
    found.end = key_end_;
    skip_blank(" \t");
    if (peek() != ']') {
      if (at_ >= text_.size())
        outline_.open.push_back(bracket);
      else
        skip_line();
      return;
    }
    at_ += element ? 2 : 1;
    number_elements(found.path);
    if (element) {
      found.path.back().element = ++elements_;
      element_paths_.push_back(found.path);
    }
    table_ = found.path;
    outline_.keys.push_back(std::move(found));
    skip_line();
  }

  /// A header below `[[x]]` means the last x.
  void number_elements(Path& path) const {
    const auto same_name = [](const Part& a, const Part& b) { return a.name == b.name; };
    const Path* longest = nullptr;
    for (const Path& element : element_paths_)
      if (element.size() < path.size() && (longest == nullptr || element.size() >= longest->size()) &&
          std::equal(element.begin(), element.end(), path.begin(), same_name))
        longest = &element;
    if (longest != nullptr) std::copy(longest->begin(), longest->end(), path.begin());
  }

  void skip_line() {
    skip_blank(" \t");
    if (peek() == '#')
      skip_comment();
    else
      skip_to_line_end();
  }

  /// key = value, at the top or in an inline table.
  bool statement(const Path& table) {
    Outline::Key found{.path = table, .begin = here()};
    if (!key(found.path)) return false;
    found.end = key_end_;
    const Path path = found.path;
    outline_.keys.push_back(std::move(found));
    if (peek() != '=') {
      if (outline_.open.empty()) skip_line();
      return false;
    }
    ++at_;
    skip_blank(" \t");
    outline_.value_begin = here();
    if (!value(path)) return false;
    if (outline_.open.empty()) skip_line();
    return true;
  }

  bool value(const Path& path) {
    switch (peek()) {
      case '"':
      case '\'': return string();
      case '[': return array(path);
      case '{': return inline_table(path);
      default:
        while (at_ < text_.size() && std::string_view(",]}#\n\r").find(peek()) == std::string_view::npos)
          ++at_;
        return true;
    }
  }

  bool array(Path path) {
    open('[');
    path.push_back({});
    if (!descend(path.size())) return false;
    for (++at_; at_ < text_.size();) {
      skip_blank(" \t\r\n,");
      if (peek() == '#') {
        skip_comment();
      } else if (peek() == ']') {
        ++at_;
        close();
        return true;
      } else if (at_ < text_.size()) {
        const std::size_t before = at_;
        path.back().element = ++elements_;
        if (!value(path)) return false;
        if (at_ == before) // a stray `}`: toml++ stops there too
          return false;
      }
    }
    return false;
  }

  bool inline_table(const Path& path) {
    open('{');
    for (++at_; at_ < text_.size();) {
      skip_blank(" \t,");
      if (peek() == '}') {
        ++at_;
        close();
        return true;
      }
      if (at_ >= text_.size() || at_key_end() || !statement(path)) return false;
    }
    return false;
  }

  std::string_view text_;
  std::size_t max_depth_;
  std::size_t at_ = 0;
  std::uint32_t key_end_ = 0;
  std::size_t elements_ = 0;
  Path table_;
  std::vector<Path> element_paths_; // of all `[[x]]` so far
  Outline outline_;
};

} // namespace

Outline outline(std::string_view text, std::size_t max_depth) { return Scanner(text, max_depth).run(); }

} // namespace psbc::config
