// SPDX-License-Identifier: MIT
#include "diag/snippet.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "base/text.h"
#include "base/token_forms.h"

namespace psbc::diag {
namespace {

constexpr int tab_width = 4;
constexpr std::string_view cut_mark = "...";
constexpr int cut_width = 3;

int text_width(std::string_view text) {
  int width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = base::decode_utf8(text, i);
    width += base::display_width(c.value);
    i += c.size;
  }
  return width;
}

/// What is drawn and cut as one: a character with its combining marks, or the escape of an unsafe one.
struct Cell {
  std::size_t begin; // bytes in the line
  std::size_t end;
  int column; // 0-based, on the screen
  int width;
  std::string shown;
};

struct ShownLine {
  std::vector<Cell> cells;
  int width = 0;
};

/// A token is masked here, before a long line is cut: a part of it would not be recognised. Columns stay.
ShownLine lay_out(std::string_view source) {
  const std::string text = base::redact_line(source);
  ShownLine line;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = base::decode_utf8(text, i);
    const auto bytes = std::string_view(text).substr(i, c.size);
    Cell cell{.begin = i, .end = i + c.size, .column = line.width, .width = 1, .shown = {}};
    if (bytes == "\t") {
      cell.shown.assign(tab_width, ' ');
      cell.width = tab_width;
    } else if (!c.valid || base::is_unsafe_to_print(c.value)) {
      cell.shown = base::escape(bytes);
      cell.width = static_cast<int>(cell.shown.size());
    } else {
      cell.shown = bytes;
      cell.width = base::display_width(c.value);
    }
    i = cell.end;
    if (cell.width == 0 && !line.cells.empty()) {
      line.cells.back().shown += cell.shown;
      line.cells.back().end = cell.end;
      continue;
    }
    line.width += cell.width;
    line.cells.push_back(std::move(cell));
  }
  return line;
}

/// A label on its line, in screen columns; at least one column wide.
struct Mark {
  int begin;
  int end;
  std::string text;
  bool primary;
  Style style() const { return primary ? Style::primary : Style::secondary; }
};

Mark to_mark(const Label& label, const ShownLine& line, std::size_t line_start) {
  const std::size_t first = std::max<std::size_t>(label.span.begin, line_start) - line_start;
  const std::size_t last = std::max<std::size_t>(label.span.end, line_start) - line_start;
  Mark mark{.begin = line.width, .end = 0, .text = base::escape(label.text), .primary = label.primary};
  for (const auto& cell : line.cells) {
    if (first < cell.end) mark.begin = std::min(mark.begin, cell.column);
    if (cell.begin < last) mark.end = cell.column + cell.width;
  }
  mark.end = std::max(mark.end, mark.begin + 1);
  return mark;
}

/// The columns [begin, end) of a line that are shown.
struct Window {
  int begin = 0;
  int end = 0;
};

/// Where the row of marks ends, with the text that follows the last one.
int reach(const std::vector<Mark>& marks) {
  int end = 0;
  for (const auto& mark : marks) end = std::max(end, mark.end);
  return end + (marks.back().text.empty() ? 0 : 1 + text_width(marks.back().text));
}

Window choose_window(int line_width, const std::vector<Mark>& marks, int columns) {
  const int body = columns - 2 * cut_width;
  const int first = marks.front().begin;
  const int limit = std::max(line_width, reach(marks));
  const int wanted = std::min(reach(marks) - first, body);

  int begin = first - (body - wanted) / 2;
  if (begin <= cut_width) begin = 0;
  int end = begin + columns - (begin > 0 ? cut_width : 0);
  if (end >= limit) {
    end = limit;
    begin = end - (columns - cut_width);
    if (begin > first) begin = first; // an endless label text must not push its own mark out
  } else if (end < line_width) {
    end -= cut_width;
  }
  return {.begin = std::max(begin, 0), .end = end};
}

/// Marks that are too far apart for one window get the line again, cut around them.
std::vector<std::vector<Mark>> split_by_window(std::vector<Mark> marks, int line_width, int columns) {
  std::vector<std::vector<Mark>> groups{{}};
  for (auto& mark : marks) {
    auto& group = groups.back();
    auto wider = group;
    wider.push_back(mark);
    const bool fits = std::max(line_width, mark.end) <= columns ||
                      reach(wider) - wider.front().begin <= columns - 2 * cut_width;
    if (group.empty() || fits)
      group = std::move(wider);
    else
      groups.push_back({std::move(mark)});
  }
  return groups;
}

Row source_row(const ShownLine& line, std::uint32_t number, Window window, std::vector<Mark>& marks) {
  std::string text;
  int origin = -1; // the column of the first cell that is shown
  int end = window.begin;
  for (const auto& cell : line.cells) {
    if (cell.column < window.begin || cell.column + cell.width > window.end) continue;
    if (origin < 0) origin = cell.column;
    text += cell.shown;
    end = cell.column + cell.width;
  }
  if (origin < 0) origin = window.begin;
  if (window.begin > 0) text.insert(0, cut_mark);
  if (end < line.width && window.end < line.width) text += cut_mark;
  while (text.ends_with(' ')) text.pop_back();

  const int shift = (window.begin > 0 ? cut_width : 0) - origin;
  for (auto& mark : marks) {
    if (mark.begin < line.width) { // else it is the caret after the last character
      mark.begin = std::clamp(mark.begin, origin, std::max(origin, end - 1));
      mark.end = std::clamp(mark.end, mark.begin + 1, std::max(mark.begin + 1, end));
    }
    mark.begin += shift;
    mark.end += shift;
  }
  return {.kind = Row::Kind::source, .line = number, .pieces = {{std::move(text), Style::plain}}};
}

/// One row of ASCII marks, each column with its own style.
class MarkRow {
 public:
  void put(int begin, int end, char c, Style style) {
    const auto size = static_cast<std::size_t>(end);
    if (columns_.size() < size) columns_.resize(size, {' ', Style::plain});
    for (auto i = static_cast<std::size_t>(begin); i < size; ++i) columns_[i] = {c, style};
  }

  /// With `text` from `text_column` on.
  Row finish(int text_column = 0, const std::string& text = {}, Style style = Style::plain) && {
    if (!text.empty()) columns_.resize(static_cast<std::size_t>(text_column), {' ', Style::plain});
    Row row;
    for (const auto& [c, own_style] : columns_) {
      if (row.pieces.empty() || row.pieces.back().style != own_style) row.pieces.push_back({{}, own_style});
      row.pieces.back().text += c;
    }
    if (!text.empty()) row.pieces.push_back({text, style});
    return row;
  }

 private:
  std::vector<std::pair<char, Style>> columns_;
};

/// Carets with the text of the rightmost label after them; the other texts hang below, right to left:
///     ---- ^^^^ second
///     |
///     first
void append_mark_rows(std::vector<Row>& rows, const std::vector<Mark>& marks, int columns) {
  MarkRow carets;
  for (const bool primary : {false, true})
    for (const auto& mark : marks)
      if (mark.primary == primary) carets.put(mark.begin, mark.end, primary ? '^' : '-', mark.style());

  const auto& last = marks.back();
  const bool inline_text =
      last.end + 1 + text_width(last.text) <= columns &&
      std::all_of(marks.begin(), marks.end(), [&](const Mark& m) { return m.end <= last.end; });
  std::vector<Mark> hanging;
  for (const auto& mark : marks)
    if (!mark.text.empty() && (&mark != &last || !inline_text)) hanging.push_back(mark);
  rows.push_back(
      std::move(carets).finish(last.end + 1, inline_text ? last.text : std::string{}, last.style()));
  if (hanging.empty()) return;

  MarkRow bars;
  for (const auto& mark : hanging) bars.put(mark.begin, mark.begin + 1, '|', mark.style());
  rows.push_back(std::move(bars).finish());
  while (!hanging.empty()) {
    const Mark mark = std::move(hanging.back());
    hanging.pop_back();
    MarkRow row;
    for (const auto& other : hanging)
      if (other.begin < mark.begin) row.put(other.begin, other.begin + 1, '|', other.style());
    rows.push_back(std::move(row).finish(mark.begin, mark.text, mark.style()));
  }
}

/// A line between two labelled ones: its start says enough.
Row plain_row(const SourceFile& file, std::uint32_t number, int columns) {
  const auto line = lay_out(file.line(number));
  std::vector<Mark> none;
  return source_row(line, number,
                    {.begin = 0, .end = line.width <= columns ? line.width : columns - cut_width}, none);
}

void append_line(std::vector<Row>& rows, const SourceFile& file, std::uint32_t number,
                 const std::vector<const Label*>& labels, int columns) {
  const auto line = lay_out(file.line(number));
  std::vector<Mark> marks;
  marks.reserve(labels.size());
  for (const auto* label : labels) marks.push_back(to_mark(*label, line, file.line_start(number)));
  std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });

  for (auto& group : split_by_window(std::move(marks), line.width, columns)) {
    int needed = line.width;
    for (const auto& mark : group) needed = std::max(needed, mark.end);
    const Window window = needed <= columns ? Window{0, needed} : choose_window(line.width, group, columns);
    rows.push_back(source_row(line, number, window, group));
    append_mark_rows(rows, group, columns);
  }
}

} // namespace

std::vector<Row> draw_snippet(const SourceFile& file, const std::vector<Label>& labels, int columns) {
  std::map<std::uint32_t, std::vector<const Label*>>
      by_line; // a label that spans lines is drawn on its first
  for (const auto& label : labels) by_line[file.position(label.span.begin).line].push_back(&label);

  std::vector<Row> rows;
  std::uint32_t previous = 0;
  for (const auto& [number, on_line] : by_line) {
    if (previous != 0 && number == previous + 2)
      rows.push_back(plain_row(file, previous + 1, columns));
    else if (previous != 0 && number > previous + 2)
      rows.push_back({.kind = Row::Kind::gap});
    append_line(rows, file, number, on_line, columns);
    previous = number;
  }
  return rows;
}

} // namespace psbc::diag
