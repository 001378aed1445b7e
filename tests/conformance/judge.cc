// SPDX-License-Identifier: MIT
// Judges many files in one process, for run.py. Reads lines `project PATH`, `user PATH` or `ceiling PATH`; prints for
// each one line: `ok`, or `refused` and the codes of all its errors, sorted. With --render, what a
// person would see.
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "config/load.h"
#include "diag/render.h"

namespace {

/// Like `psbc build`, it reads no more than the limit and one byte: that is enough to refuse a file.
std::string contents(const std::string& path) {
  std::string text(psbc::config::max_file_size + 1, '\0');
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    std::perror(path.c_str());
    std::exit(2);
  }
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

void judge(const std::string& line, bool render) {
  const std::size_t blank = line.find(' ');
  const std::string path = line.substr(blank + 1);
  const psbc::diag::SourceFile source(path.substr(path.rfind('/') + 1), contents(path));
  psbc::diag::Diagnostics diagnostics;
  const bool loaded = line.starts_with("user ")      ? psbc::config::load_user(source, diagnostics).has_value()
                      : line.starts_with("ceiling ") ? psbc::config::load_ceiling(source, diagnostics).has_value()
                                                     : psbc::config::load_project(source, diagnostics).has_value();
  if (render) {
    std::fputs(psbc::diag::render(diagnostics, {}).c_str(), stdout);
    return;
  }
  std::multiset<std::string_view> codes;
  for (const auto& diagnostic : diagnostics.all()) codes.insert(psbc::diag::id(diagnostic.code));
  std::string verdict = loaded ? "ok" : "refused";
  for (const std::string_view code : codes) verdict += " " + std::string(code);
  std::puts(verdict.c_str());
}

} // namespace

int main(int argc, char** argv) {
  const bool render = argc > 1 && std::string_view(argv[1]) == "--render";
  std::string line;
  for (int c; (c = std::getchar()) != EOF;) {
    if (c != '\n') {
      line += static_cast<char>(c);
      continue;
    }
    judge(line, render);
    line.clear();
  }
}
