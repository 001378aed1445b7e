// SPDX-License-Identifier: MIT
#include "config/plain_text.h"

#include <string>

#include "base/text.h"
#include "config/load.h"

namespace psbc::config {

namespace {

using diag::Code;

constexpr std::size_t max_reported = 20; // of a binary file, every byte would be a finding

enum class Fault : std::uint8_t { none, not_utf8, control, lone_cr, invisible };

Fault fault_of(const base::CodePoint& point, std::string_view text) {
  if (!point.valid) return Fault::not_utf8;
  if (point.value == U'\n' || point.value == U'\t') return Fault::none;
  if (point.value == U'\r') return text.substr(point.offset + 1, 1) == "\n" ? Fault::none : Fault::lone_cr;
  if (point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0)) return Fault::control;
  return base::is_unsafe_to_print(point.value) ? Fault::invisible : Fault::none;
}

std::string hex(char32_t value, std::size_t width) {
  std::string digits;
  for (; value != 0 || digits.size() < width; value >>= 4)
    digits.insert(digits.begin(), "0123456789abcdef"[value & 0xf]);
  return digits;
}

std::string unicode_name(char32_t value) {
  std::string name = "U+" + hex(value, 4);
  for (char& c : name)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  return name;
}

diag::Diagnostic describe(Fault fault, const base::CodePoint& point) {
  switch (fault) {
    case Fault::none: break;
    case Fault::not_utf8:
      return {.code = Code::not_plain_text,
              .message = "the byte 0x" + hex(point.value, 2) + " is not UTF-8",
              .help = {"save the file as UTF-8"}};
    case Fault::control:
      return {.code = Code::not_plain_text,
              .message = "the file holds the control character " + unicode_name(point.value),
              .notes = {"TOML allows tabs and line breaks only"},
              .help = {"remove it"}};
    case Fault::lone_cr:
      return {.code = Code::not_plain_text,
              .message = "a carriage return stands without a line feed",
              .help = {"end lines with LF or CRLF: `dos2unix -c mac FILE` converts"}};
    case Fault::invisible:
      return {.code = Code::invisible_characters,
              .message = "the invisible character " + unicode_name(point.value) + " hides what the file says",
              .help = {"remove it; where a name really holds it, write it as `" +
                       (point.value > 0xffff ? "\\U" + hex(point.value, 8) : "\\u" + hex(point.value, 4)) +
                       "` in double quotes"}};
  }
  return {.code = Code::not_plain_text};
}

bool refuse(diag::Diagnostic diagnostic, const diag::SourceFile& source, std::size_t begin, std::size_t end,
            std::string label, diag::Diagnostics& diagnostics) {
  diagnostic.labels.push_back(
      {.span = {&source, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
       .text = std::move(label)});
  diagnostics.add(std::move(diagnostic));
  return false;
}

} // namespace

bool check_plain_text(const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  const std::string_view text = source.text();
  if (text.size() > max_file_size)
    return refuse({.code = Code::limit_exceeded,
                   .message = "the file is larger than " + std::to_string(max_file_size) + " bytes",
                   .notes = {"it has " + std::to_string(text.size()) + " bytes"},
                   .help = {"name a directory instead of each file in it"}},
                  source, 0, 0, "", diagnostics);
  if (text.starts_with("\xef\xbb\xbf")) // other TOML parsers refuse it: editors would disagree with psbc
    return refuse({.code = Code::not_plain_text,
                   .message = "the file starts with a byte order mark",
                   .help = {"save it as UTF-8 without BOM"}},
                  source, 0, 3, "", diagnostics);
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return refuse(
        {.code = Code::not_plain_text, .message = "the file is UTF-16", .help = {"save it as UTF-8"}}, source,
        0, 2, "", diagnostics);

  std::size_t reported = 0;
  for (std::size_t offset = 0; offset < text.size() && reported < max_reported;) {
    const base::CodePoint point = base::decode_utf8(text, offset);
    const Fault fault = fault_of(point, text);
    const std::size_t begin = offset;
    offset += point.size;
    if (fault == Fault::none) continue;
    // A run of the same fault is one finding.
    while (offset < text.size()) {
      const base::CodePoint next = base::decode_utf8(text, offset);
      if (fault_of(next, text) != fault) break;
      offset += next.size;
    }
    refuse(describe(fault, point), source, begin, offset, "", diagnostics);
    ++reported;
  }
  return reported == 0;
}

} // namespace psbc::config
