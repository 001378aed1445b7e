// SPDX-License-Identifier: MIT
#include "base/json.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace psbc::base {
namespace {

constexpr int max_depth = 32;

class Reader {
 public:
  Reader(std::string_view text, std::span<const std::string_view> path) : text_(text), path_(path) {}

  std::optional<std::vector<std::string>> run() {
    if (!value(0, true, 0) || (blank(), at_ != text_.size()) || !found_) return std::nullopt;
    return std::move(out_);
  }

 private:
  void blank() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    blank();
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  /// `matched`: how many parts of the path lead here; `on_path`: all so far did.
  bool value(std::size_t matched, bool on_path, int depth) {
    blank();
    const bool wanted = on_path && matched == path_.size();
    if (wanted && !collecting_) {
      out_.clear(); // of several members of one name the last counts
      found_ = collecting_ = true;
      const bool good = any(matched, false, depth);
      collecting_ = false;
      return good;
    }
    return any(matched, on_path, depth);
  }

  bool any(std::size_t matched, bool on_path, int depth) {
    if (depth > max_depth) return false;
    if (peek() == '{') return object(matched, on_path, depth);
    if (peek() == '[') return array(depth);
    std::string scalar;
    if (peek() == '"' ? !string(scalar) : !word(scalar)) return false;
    if (collecting_) out_.push_back(std::move(scalar));
    return true;
  }

  bool object(std::size_t matched, bool on_path, int depth) {
    ++at_;
    if (take('}')) return true;
    do {
      std::string key;
      blank();
      if (peek() != '"' || !string(key) || !take(':')) return false;
      const bool next = on_path && matched < path_.size() && key == path_[matched];
      if (!value(next ? matched + 1 : matched, next, depth + 1)) return false;
    } while (take(','));
    return take('}');
  }

  bool array(int depth) {
    ++at_;
    if (take(']')) return true;
    do
      if (blank(); !any(0, false, depth + 1)) return false;
    while (take(','));
    return take(']');
  }

  bool word(std::string& out) {
    const auto end = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
    out = text_.substr(at_, end - at_);
    at_ = end;
    if (out == "true" || out == "false" || out == "null") return true;
    return !out.empty() && out.find_first_not_of("+-.0123456789eE") == std::string::npos;
  }

  bool string(std::string& out) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (++at_ == text_.size()) return false;
      constexpr std::string_view escapes = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
      if (const auto which = escapes.find(text_[at_]); which != std::string_view::npos) out += meanings[which];
      else if (text_[at_] != 'u' || !escape(out)) return false;
    }
    return false;
  }

  bool escape(std::string& out) {
    unsigned unit = 0;
    const char* const begin = text_.data() + at_ + 1;
    if (at_ + 4 >= text_.size() || std::from_chars(begin, begin + 4, unit, 16).ptr != begin + 4) return false;
    append_utf8(out, unit >= 0xd800 && unit <= 0xdfff ? U'\ufffd' : static_cast<char32_t>(unit)); // no pairs: nothing looks for one
    at_ += 4;
    return true;
  }

  std::string_view text_;
  std::span<const std::string_view> path_;
  std::size_t at_ = 0;
  bool collecting_ = false;
  bool found_ = false;
  std::vector<std::string> out_;
};

} // namespace

namespace {

/// As one or two UTF-16 code units.
std::string unicode_escape(char32_t code_point) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (code_point > 0xffff) {
    const char32_t rest = code_point - 0x10000;
    return unicode_escape(0xd800 + (rest >> 10U)) + unicode_escape(0xdc00 + (rest & 0x3ffU));
  }
  std::string out = "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += digits[(code_point >> shift) & 15U];
  return out;
}

} // namespace

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = decode_utf8(text, i);
    if (c.value == U'"' || c.value == U'\\') out.append(1, '\\').append(1, static_cast<char>(c.value));
    else if (!c.valid) out += "\\ufffd";
    else if (is_unsafe_to_print(c.value)) out += unicode_escape(c.value); // people look at JSON in a terminal, too
    else out += text.substr(i, c.size);
    i += c.size;
  }
  return out + "\"";
}

std::string json_list(const std::vector<std::string>& list) {
  std::string out = "[";
  for (const std::string& one : list) out += (out.size() > 1 ? "," : "") + json_text(one);
  return out + "]";
}

std::optional<std::vector<std::string>> json_scalars(std::string_view text, std::span<const std::string_view> path) {
  return Reader(text, path).run();
}

} // namespace psbc::base
