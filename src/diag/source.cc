// SPDX-License-Identifier: MIT
#include "diag/source.h"

#include <algorithm>

#include "base/text.h"

namespace psbc::diag {

SourceFile::SourceFile(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') line_starts_.push_back(static_cast<std::uint32_t>(i + 1));
}

std::string_view SourceFile::line(std::uint32_t line) const {
  const std::size_t begin = line_start(line);
  const std::size_t end = line < line_starts_.size() ? line_starts_[line] : text_.size();
  auto text = std::string_view(text_).substr(begin, end - begin);
  if (text.ends_with('\n')) {
    text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
  }
  return text;
}

Position SourceFile::position(std::uint32_t offset) const {
  offset = static_cast<std::uint32_t>(std::min<std::size_t>(offset, text_.size()));
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - line_starts_.begin());

  std::uint32_t column = 1;
  for (std::size_t i = line_start(line); i < offset;) {
    i += base::decode_utf8(text_, i).size;
    if (i <= offset) ++column; // an offset inside of a character is that character's
  }
  return {.line = line, .column = column};
}

std::uint32_t SourceFile::offset(Position position) const {
  const auto number = std::clamp<std::uint32_t>(position.line, 1, static_cast<std::uint32_t>(line_count()));
  const auto text = line(number);
  std::size_t i = 0;
  for (std::uint32_t column = 1; column < position.column && i < text.size(); ++column)
    i += base::decode_utf8(text, i).size;
  return line_start(number) + static_cast<std::uint32_t>(i);
}

} // namespace psbc::diag
