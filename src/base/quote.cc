// SPDX-License-Identifier: MIT
#include "base/quote.h"

#include "base/text.h"

namespace psbc::base {

std::string quote_posix(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + "'";
}

std::string quote_fish(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string quote_json(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const auto c = text[at];
    if (!point.valid) out += "\\ufffd";
    else if (c == '"' || c == '\\') (out += '\\') += c;
    else if (point.value < 0x20 || point.value == 0x7f) ((out += "\\u00") += digits[point.value >> 4]) += digits[point.value & 15];
    else out += text.substr(at, point.size);
    at += point.size;
  }
  return out + "\"";
}

} // namespace psbc::base
