// SPDX-License-Identifier: MIT
#include "policy/shell_words.h"

#include <cctype>

#include "base/text.h"

namespace psbc::policy {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// One word of a shell; stops where the shell would.
class Word {
 public:
  Word(std::string_view text, const Lookup& lookup, int depth = 0) : text_(text), lookup_(lookup), depth_(depth) {}

  std::optional<std::string> value() {
    if (text_ == "~" || text_.starts_with("~/")) {
      const auto home = lookup_("HOME");
      if (!home) return std::nullopt;
      out_ = *home;
      at_ = 1;
    }
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\'' && quote_ == 0) {
        const std::size_t end = text_.find('\'', at_ + 1);
        if (end == std::string_view::npos) return std::nullopt;
        out_ += text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
      } else if (c == '"') {
        quote_ ^= 1;
        ++at_;
      } else if (c == '\\' && at_ + 1 < text_.size()) {
        out_ += text_[at_ + 1];
        at_ += 2;
      } else if (c == '$') {
        if (!variable()) return std::nullopt;
      } else if (c == '`') {
        return std::nullopt;
      } else if (quote_ == 0 && std::string_view(" \t;&|#()<>").find(c) != std::string_view::npos) {
        break;
      } else {
        out_ += c;
        ++at_;
      }
    }
    if (quote_ != 0) return std::nullopt;
    return out_;
  }

 private:
  bool variable() {
    std::size_t start = at_ + 1, end = start;
    const bool braces = start < text_.size() && text_[start] == '{';
    if (braces) end = ++start;
    while (end < text_.size() && is_name(text_[end])) ++end;
    if (end == start) return false; // $(command), $$, ${(flags)...}
    auto found = lookup_(text_.substr(start, end - start));
    if (braces) {
      std::size_t close = end;
      for (int open = 1; close < text_.size(); ++close) {
        if (text_[close] == '{') ++open;
        if (text_[close] == '}' && --open == 0) break;
      }
      if (close >= text_.size()) return false;
      std::string_view rest = text_.substr(end, close - end);
      if (!rest.empty()) {
        if (rest.starts_with(':')) rest.remove_prefix(1);
        if (rest.empty() || (rest[0] != '-' && rest[0] != '=') || depth_ > 4) return false;
        if (!found || found->empty()) found = Word(rest.substr(1), lookup_, depth_ + 1).value();
      }
      end = close + 1;
    }
    if (!found) return false;
    out_ += *found;
    at_ = end;
    return true;
  }

  std::string_view text_;
  const Lookup& lookup_;
  int depth_;
  std::string out_;
  std::size_t at_ = 0;
  int quote_ = 0;
};

} // namespace

std::optional<std::string> assigned_value(std::string_view script, std::string_view name, const Lookup& lookup) {
  std::optional<std::string> last;
  for (std::string_view line : base::split(script, '\n')) {
    const auto skip_blanks = [&] { while (line.starts_with(' ') || line.starts_with('\t')) line.remove_prefix(1); };
    skip_blanks();
    for (const std::string_view word : {"export ", "typeset -gx ", "typeset -x ", "typeset ", "declare -x "})
      if (line.starts_with(word)) {
        line.remove_prefix(word.size());
        skip_blanks();
        break;
      }
    if (line.starts_with(": ${") || line.starts_with(": \"${")) { // : ${NAME:=value}
      std::string_view rest = line.substr(line.find('{') + 1);
      const std::size_t close = rest.rfind('}');
      if (!rest.starts_with(name) || close == std::string_view::npos) continue;
      rest = rest.substr(name.size(), close - name.size());
      if (rest.starts_with(":=") && !last) last = Word(rest.substr(2), lookup).value();
    } else if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == '=') {
      if (auto value = Word(line.substr(name.size() + 1), lookup).value()) last = std::move(value);
    }
  }
  return last;
}

std::string plain_fish_variables(std::string_view text) {
  const auto hex = [](char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1; };
  std::string out;
  for (std::string_view line : base::split(text, '\n')) {
    if (line.starts_with("SETUVAR ")) {
      line.remove_prefix(8);
      while (line.starts_with("--") && line.find(' ') != std::string_view::npos) line.remove_prefix(line.find(' ') + 1);
    }
    bool named = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool escape = line[i] == '\\' && i + 3 < line.size() && line[i + 1] == 'x' && hex(line[i + 2]) >= 0 && hex(line[i + 3]) >= 0;
      if (escape) {
        const char c = static_cast<char>(hex(line[i + 2]) * 16 + hex(line[i + 3]));
        out += c == '\n' || c == '\x1e' ? ' ' : c; // \x1e stands between the elements of a list
        i += 3;
      } else if (line[i] == ':' && !named) {
        out += '=';
        named = true;
      } else {
        out += line[i];
      }
    }
    out += '\n';
  }
  return out;
}

} // namespace psbc::policy
