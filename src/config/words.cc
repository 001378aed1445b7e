// SPDX-License-Identifier: MIT
#include "config/words.h"

#include "base/text.h"

namespace psbc::config {

namespace {

constexpr std::size_t longest_quote = 60; // code points

std::string cut(std::string_view text) {
  std::size_t offset = 0;
  for (std::size_t count = 0; offset < text.size(); ++count) {
    if (count == longest_quote) return base::escape(text.substr(0, offset)) + "…";
    offset += base::decode_utf8(text, offset).size;
  }
  return base::escape(text);
}

} // namespace

std::string quoted(std::string_view text) { return "`" + cut(text) + "`"; }

std::string toml_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t offset = 0; offset < text.size();) {
    const base::CodePoint point = base::decode_utf8(text, offset);
    if (point.value == U'"' || point.value == U'\\') {
      out += '\\';
      out += static_cast<char>(point.value);
    } else if (base::is_unsafe_to_print(point.value)) {
      const int width = point.value > 0xffff ? 8 : 4;
      out += width == 8 ? "\\U" : "\\u";
      for (int shift = 4 * (width - 1); shift >= 0; shift -= 4) out += digits[(point.value >> shift) & 0xf];
    } else {
      out += text.substr(offset, point.size);
    }
    offset += point.size;
  }
  return out + "\"";
}

std::string_view with_article(Type type) {
  switch (type) {
    case Type::string: return "a string";
    case Type::integer: return "an integer";
    case Type::floating: return "a float";
    case Type::boolean: return "a boolean";
    case Type::date_time: return "a date or time";
    case Type::array: return "an array";
    case Type::table: return "a table";
  }
  return {};
}

std::string short_source(const diag::Span& span) {
  const std::string_view text = std::string_view(span.file->text()).substr(span.begin, span.end - span.begin);
  if (text.size() > longest_quote || text.find('\n') != std::string_view::npos) return {};
  return base::escape(text);
}

} // namespace psbc::config
