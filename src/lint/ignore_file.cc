// SPDX-License-Identifier: MIT
#include "lint/ignore_file.h"

#include <algorithm>
#include <cstdint>

#include "base/glob.h"
#include "base/text.h"

namespace psbc::lint {

IgnoreFile::IgnoreFile(std::string directory, std::string_view text) : directory_(std::move(directory)) {
  std::size_t number = 0;
  for (std::string_view raw : base::split(text, '\n')) {
    ++number;
    if (raw.ends_with('\r')) raw.remove_suffix(1);
    std::string_view pattern = raw;
    while (pattern.ends_with(' ') && !pattern.ends_with("\\ ")) pattern.remove_suffix(1);
    if (pattern.empty() || pattern.front() == '#') continue;
    Line line{.number = number, .text = std::string(raw), .pattern = {}};
    if (pattern.front() == '!') {
      line.negated = true;
      pattern.remove_prefix(1);
    } else if (pattern.starts_with("\\#") || pattern.starts_with("\\!")) {
      pattern.remove_prefix(1);
    }
    if (pattern.ends_with('/')) {
      line.directory_only = true;
      pattern.remove_suffix(1);
    }
    line.anchored = pattern.find('/') != std::string_view::npos;
    if (pattern.starts_with('/')) pattern.remove_prefix(1);
    if (pattern.empty()) continue;
    line.pattern = pattern;
    lines_.push_back(std::move(line));
  }
}

IgnoreFile::Answer IgnoreFile::judge(std::string_view path, bool is_directory) const {
  if (!path.starts_with(directory_)) return {};
  const std::string_view below = path.substr(directory_.size());
  const std::string_view name = below.substr(below.rfind('/') + 1);
  for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
    if (line->directory_only && !is_directory) continue;
    const bool hit = line->anchored ? base::matches_path(line->pattern, below, base::Trailing::below) : base::matches_component(line->pattern, name);
    if (hit) return {.verdict = line->negated ? Verdict::kept : Verdict::ignored, .line = line->number, .pattern = line->text};
  }
  return {};
}

IgnoreFile::Answer judge(const std::vector<IgnoreFile>& files, std::string_view path, bool is_directory, const IgnoreFile** by) {
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    const IgnoreFile::Answer answer = file->judge(path, is_directory);
    if (answer.verdict == IgnoreFile::Verdict::silent) continue;
    if (by != nullptr) *by = &*file;
    return answer;
  }
  return {};
}

} // namespace psbc::lint
