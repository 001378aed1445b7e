// SPDX-License-Identifier: MIT
#include "policy/gitconfig.h"

#include <optional>

namespace psbc::policy {
namespace {

bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_key_char(char c) { return is_alpha(c) || (c >= '0' && c <= '9') || c == '-'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; } // as git's isspace
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Section {
  std::string name;
  std::string subsection;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) position_ = 3;
  }

  std::vector<GitEntry> parse() && {
    while (position_ < text_.size()) {
      const char c = next();
      if (is_space(c)) continue;
      if (c == '#' || c == ';') {
        skip_line();
      } else if (c == '[') {
        in_section_ = read_section();
        if (!in_section_) skip_line();
      } else {
        read_entry(c);
      }
    }
    return std::move(entries_);
  }

 private:
  /// The next byte; CRLF counts as LF, the end of the text as one more LF.
  char next() {
    if (position_ >= text_.size()) return '\n';
    const char c = text_[position_++];
    if (c == '\r' && position_ < text_.size() && text_[position_] == '\n') {
      ++position_;
      return '\n';
    }
    return c;
  }

  /// To the end of the line that the last byte read belongs to.
  void skip_line() {
    if (position_ > 0 && text_[position_ - 1] == '\n') return;
    while (next() != '\n') {
    }
  }

  /// Behind `[`: name], name "subsection"], name.subsection]
  std::optional<Section> read_section() {
    Section section;
    for (char c = next(); c != ']'; c = next()) {
      if (c == ' ' || c == '\t') {
        auto subsection = read_subsection();
        if (!subsection) return {};
        section.subsection = std::move(*subsection);
        return section;
      }
      if (!is_key_char(c) && c != '.') return {};
      section.name += lower(c);
    }
    if (const auto dot = section.name.find('.'); dot != std::string::npos) {
      section.subsection = section.name.substr(dot + 1);
      section.name.resize(dot);
    }
    return section;
  }

  std::optional<std::string> read_subsection() {
    char c = next();
    while (c == ' ' || c == '\t') c = next();
    if (c != '"') return {};
    std::string out;
    for (c = next(); c != '"'; c = next()) {
      if (c == '\n') return {};
      if (c == '\\' && (c = next()) == '\n') return {};
      out += c;
    }
    if (next() != ']') return {};
    return out;
  }

  void read_entry(char first) {
    if (!is_alpha(first)) return skip_line();
    GitEntry entry;
    char c = first;
    for (; is_key_char(c); c = next()) entry.key += lower(c);
    while (c == ' ' || c == '\t') c = next();
    if (c == '\n') {
      entry.has_value = false;
    } else if (c == '=') {
      auto value = read_value();
      if (!value) return skip_line();
      entry.value = std::move(*value);
    } else {
      return skip_line();
    }
    if (!in_section_) return;
    entry.section = in_section_->name;
    entry.subsection = in_section_->subsection;
    entries_.push_back(std::move(entry));
  }

  std::optional<std::string> read_value() {
    std::string out;
    std::size_t pending_spaces = 0; // kept only when something follows
    bool quoted = false;
    bool comment = false;
    for (;;) {
      char c = next();
      if (c == '\n') return quoted ? std::nullopt : std::optional(std::move(out));
      if (comment) continue;
      if (is_space(c) && !quoted) {
        if (!out.empty()) ++pending_spaces;
        continue;
      }
      if (!quoted && (c == ';' || c == '#')) {
        comment = true;
        continue;
      }
      out.append(pending_spaces, ' ');
      pending_spaces = 0;
      if (c == '"') {
        quoted = !quoted;
        continue;
      }
      if (c == '\\') {
        c = next();
        switch (c) {
          case '\n': continue; // the line goes on
          case 't': c = '\t'; break;
          case 'b': c = '\b'; break;
          case 'n': c = '\n'; break;
          case '\\':
          case '"': break;
          default: return {};
        }
      }
      out += c;
    }
  }

  std::string_view text_;
  std::size_t position_ = 0;
  std::optional<Section> in_section_;
  std::vector<GitEntry> entries_;
};

} // namespace

std::vector<GitEntry> parse_gitconfig(std::string_view text) { return Parser(text).parse(); }

} // namespace psbc::policy
