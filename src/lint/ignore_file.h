// SPDX-License-Identifier: MIT
// .gitignore (gitignore(5)), for finding files as git does. git itself is not asked: a repository's settings name programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::lint {

class IgnoreFile {
 public:
  /// `directory`: of the file, relative to the top, with a slash at its end; empty at the top.
  IgnoreFile(std::string directory, std::string_view text);

  enum class Verdict : std::uint8_t { silent, ignored, kept };
  struct Answer {
    Verdict verdict = Verdict::silent;
    std::size_t line = 0;
    std::string_view pattern{};
  };
  /// Of a path relative to the top. The last line that matches decides.
  Answer judge(std::string_view path, bool is_directory) const;
  const std::string& directory() const { return directory_; }

 private:
  struct Line {
    std::size_t number;
    std::string text;  // as it is written
    std::string pattern;
    bool negated = false, directory_only = false, anchored = false;
  };
  std::string directory_;
  std::vector<Line> lines_;
};

/// By all files from the top down: the deepest that says something decides.
IgnoreFile::Answer judge(const std::vector<IgnoreFile>& files, std::string_view path, bool is_directory, const IgnoreFile** by = nullptr);

} // namespace psbc::lint
