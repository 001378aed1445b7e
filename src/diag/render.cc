// SPDX-License-Identifier: MIT
#include "diag/render.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.h"
#include "diag/snippet.h"

namespace psbc::diag {
namespace {

std::string_view word(Severity severity) {
  switch (severity) {
    case Severity::error: return "error";
    case Severity::warning: return "warning";
    case Severity::info: return "info";
  }
  return {};
}

std::string_view ansi(Severity severity) {
  switch (severity) {
    case Severity::error: return "\x1b[1;31m";
    case Severity::warning: return "\x1b[1;33m";
    case Severity::info: return "\x1b[1;36m";
  }
  return {};
}

constexpr std::string_view ansi_bold = "\x1b[1m";
constexpr std::string_view ansi_frame = "\x1b[1;34m";
constexpr std::string_view ansi_reset = "\x1b[0m";

/// The labels of one file; the first group is the primary's.
struct Group {
  const SourceFile* file;
  std::vector<Label> labels;
  Span head; // what the arrow names
};

std::vector<Group> by_file(const std::vector<Label>& labels) {
  std::vector<Group> groups;
  for (const bool primary : {true, false}) {
    for (const auto& label : labels) {
      if (label.primary != primary || label.span.file == nullptr) continue;
      auto group = std::find_if(groups.begin(), groups.end(),
                                [&](const Group& g) { return g.file == label.span.file; });
      if (group == groups.end())
        group = groups.insert(groups.end(), {.file = label.span.file, .labels = {}, .head = label.span});
      group->labels.push_back(label);
    }
  }
  return groups;
}

class Writer {
 public:
  Writer(const Diagnostic& diagnostic, const RenderOptions& options)
      : diagnostic_(diagnostic), options_(options), groups_(by_file(diagnostic.labels)) {
    std::uint32_t largest = 1;
    for (const auto& group : groups_)
      for (const auto& label : group.labels)
        largest = std::max(largest, group.file->position(label.span.begin).line);
    gutter_ = std::max<std::size_t>(2, std::to_string(largest).size());
  }

  std::string write() && {
    header();
    bool first = true;
    for (const auto& group : groups_) {
      block(group, first ? "-->" : ":::");
      first = false;
    }
    if (!groups_.empty() && (!diagnostic_.notes.empty() || !diagnostic_.help.empty())) frame_row();
    for (const auto& note : diagnostic_.notes) remark("note", note);
    for (const auto& help : diagnostic_.help) remark("help", help);
    out_ += '\n';
    return std::move(out_);
  }

 private:
  void styled(std::string_view style, std::string_view text) {
    if (!options_.color || text.empty() || style.empty()) {
      out_ += text;
      return;
    }
    out_ += style;
    out_ += text;
    out_ += ansi_reset;
  }

  std::string_view style(Style style) const {
    switch (style) {
      case Style::plain: return {};
      case Style::primary: return ansi(diagnostic_.severity);
      case Style::secondary: return ansi_frame;
    }
    return {};
  }

  void header() {
    std::string start(word(diagnostic_.severity));
    start.append("[").append(id(diagnostic_.code)).append("]");
    styled(ansi(diagnostic_.severity), start);
    std::string rest(1, ' ');
    rest.append(slug(diagnostic_.code)).append(": ").append(base::escape(diagnostic_.message));
    styled(ansi_bold, rest);
    out_ += '\n';
  }

  void gutter(std::string_view text) {
    styled(ansi_frame, std::string(gutter_ - std::min(gutter_, text.size()), ' ').append(text) + " |");
  }

  void frame_row() {
    gutter({});
    out_ += '\n';
  }

  void block(const Group& group, std::string_view arrow) {
    const auto place = group.file->position(group.head.begin);
    if (arrow == ":::") frame_row();
    styled(ansi_frame, std::string(gutter_, ' ').append(arrow));
    out_ += ' ' + base::escape(group.file->name()) + ':' + std::to_string(place.line) + ':' +
            std::to_string(place.column) + '\n';
    frame_row();
    const int columns = std::max(options_.width, 40) - static_cast<int>(gutter_) - 3;
    for (const auto& row : draw_snippet(*group.file, group.labels, columns)) {
      if (row.kind == Row::Kind::gap) {
        styled(ansi_frame, "...");
        out_ += '\n';
        continue;
      }
      gutter(row.kind == Row::Kind::source ? std::to_string(row.line) : std::string{});
      bool empty = true;
      for (const auto& piece : row.pieces) {
        if (empty && !piece.text.empty()) out_ += ' ';
        empty = empty && piece.text.empty();
        styled(style(piece.style), piece.text);
      }
      out_ += '\n';
    }
  }

  /// A text of several lines is continued below its first.
  void remark(std::string_view kind, std::string_view text) {
    std::string start(gutter_ + 1, ' ');
    styled(ansi_frame, start + "=");
    out_ += ' ';
    styled(ansi_bold, std::string(kind) + ":");
    start.append(2 + kind.size() + 1, ' ');
    bool first = true;
    for (const auto line : base::split(text, '\n')) {
      if (!first) out_ += start;
      if (first || !line.empty()) out_ += ' ' + base::escape(line);
      out_ += '\n';
      first = false;
    }
  }

  const Diagnostic& diagnostic_;
  const RenderOptions& options_;
  std::vector<Group> groups_;
  std::size_t gutter_ = 2;
  std::string out_;
};

std::string counted(std::size_t count, std::string_view one) {
  return std::to_string(count) + ' ' + std::string(one) + (count == 1 ? "" : "s");
}

std::string summary(const std::vector<Diagnostic>& diagnostics) {
  std::array<std::size_t, 3> counts{};
  for (const auto& diagnostic : diagnostics) ++counts.at(static_cast<std::size_t>(diagnostic.severity));
  constexpr std::array<std::string_view, 3> words{"error", "warning", "note"};
  std::string line;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts.at(i) > 0) line += (line.empty() ? "" : ", ") + counted(counts.at(i), words.at(i));
  return line;
}

} // namespace

std::string render(const Diagnostic& diagnostic, const RenderOptions& options) {
  return Writer(diagnostic, options).write();
}

std::string render(const Diagnostics& diagnostics, const RenderOptions& options) {
  std::string out;
  const std::vector<Diagnostic> sorted = diagnostics.sorted();
  for (const auto& diagnostic : sorted) out += render(diagnostic, options);
  if (!sorted.empty()) out += summary(sorted) + '\n';
  return out;
}

} // namespace psbc::diag
