// SPDX-License-Identifier: MIT
// psbc lint in one process over many texts, for hostile.py. stdin: "config|profile LENGTH\n" and the text, again and again; stdout, in
// frames "KIND FINDINGS LENGTH\n" and bytes: `mended` for each fourth text, and after a batch of texts the report on them in each format.
// A text that takes too long ends the program by SIGALRM, a finding of a sanitizer by its own way.
#include <unistd.h>

#include <cstddef>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/token_forms.h"
#include "driver/lint.h"
#include "lint/mend.h"
#include "lint/report.h"

namespace {

using namespace psbc;

constexpr unsigned most_seconds = 20; // for one text, with sanitizers, on a busy machine; one takes a few milliseconds
constexpr std::size_t batch = 250;
constexpr int every_mended = 4; // mending is linting six times

void frame(std::string_view kind, std::size_t findings, const std::string& bytes) { std::cout << kind << " " << findings << " " << bytes.size() << "\n" << bytes; }

void report_on(const std::vector<lint::FileReport>& files) {
  std::size_t counted = 0, all = 0;
  for (const lint::FileReport& file : files)
    for (const lint::Finding& finding : file.findings) {
      ++all;
      counted += !finding.suppressed;
    }
  for (const std::string_view name : lint::format_names) {
    alarm(most_seconds);
    const bool has_suppressed = name == "json" || name == "sarif";
    frame(name, has_suppressed ? all : counted, base::redact(lint::render({.files = files, .skipped = {}, .version = "0"}, *lint::find_format(name), {})));
  }
}

} // namespace

int main() {
  const base::Env env;
  const lint::Options options{.persona = diag::Persona::auditor};
  std::vector<lint::FileReport> files;
  std::string kind;
  std::size_t length = 0;
  int count = 0;
  while (std::cin >> kind >> length && std::cin.get() == '\n') {
    std::string text(length, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(length));
    alarm(most_seconds);
    std::cerr << "# " << ++count << "\n"; // which one it was, when it ends here
    // The name is the repository's as well.
    const driver::LintedText file{.name = "/" + text.substr(0, 40), .path = {}, .text = text, .kind = kind == "profile" ? driver::LintedKind::profile : driver::LintedKind::config};
    const auto judge = [&](const std::string& now) { return driver::lint_text({.name = file.name, .path = {}, .text = now, .kind = file.kind}, options, {.env = env}); };
    files.push_back(judge(text));
    if (count % every_mended == 0) {
      const std::string mended = lint::mend(text, judge, true);
      frame(lint::mend(mended, judge, true) == mended ? "mended" : "mended-twice-differs", 0, mended);
    }
    if (files.size() == batch) {
      report_on(files);
      files.clear();
    }
  }
  report_on(files);
}
