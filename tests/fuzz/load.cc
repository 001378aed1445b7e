// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as either of psbc's files. Beside what the sanitizers see it holds that
// a file is either loaded or refused with a reason, that every span lies in the file, and that nothing
// unprintable comes out.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "config/load.h"
#include "diag/render.h"

namespace {

using namespace psbc;

void require(bool condition) {
  if (!condition) std::abort(); // a debugger or libFuzzer shows which one
}

void check(const diag::Span& span, const diag::SourceFile& source) {
  require(span.file == &source && span.begin <= span.end && span.end <= source.text().size());
}

void check(const config::SpannedString& text, const diag::SourceFile& source) {
  check(text.span, source);
  require(base::is_valid_utf8(text.value));
  for (const char c : text.value)
    require(static_cast<unsigned char>(c) >= 0x20 &&
            c != 0x7f); // no second line of a profile, no escape sequence
}

void check(const std::vector<config::SpannedString>& list, const diag::SourceFile& source) {
  require(list.size() <= config::max_entries);
  for (const config::SpannedString& text : list) check(text, source);
}

void check(const diag::Diagnostics& diagnostics, const diag::SourceFile& source) {
  for (const diag::Diagnostic& diagnostic : diagnostics.all()) {
    int primary = 0;
    for (const diag::Label& label : diagnostic.labels) {
      check(label.span, source);
      primary += label.primary ? 1 : 0;
    }
    // A value that may be a secret is named by its line, which is not shown.
    const bool by_line = diagnostic.labels.empty() && !diagnostic.notes.empty() && diagnostic.notes.front().starts_with("in line ");
    require((primary == 1 || by_line) && !diagnostic.message.empty() && !diagnostic.help.empty());
  }
  const std::string text = diag::render(diagnostics, {});
  for (std::size_t offset = 0; offset < text.size();) {
    const base::CodePoint point = base::decode_utf8(text, offset);
    require(point.valid && (point.value == U'\n' || !base::is_unsafe_to_print(point.value)));
    offset += point.size;
  }
}

void load_as_project(const diag::SourceFile& source) {
  diag::Diagnostics diagnostics;
  const std::optional<config::ProjectConfig> config = config::load_project(source, diagnostics);
  require(config.has_value() != diagnostics.has_errors());
  check(diagnostics, source);
  if (!config) return;
  check(config->name, source);
  for (const auto* list : {&config->readonly, &config->writable, &config->hidden, &config->env_pass})
    check(*list, source);
  if (config->venv) check(*config->venv, source);
  check(config->ssh.hosts, source);
  for (const config::Variable& variable : config->env_set) {
    check(variable.name, source);
    check(variable.value, source);
  }
}

void load_as_user(const diag::SourceFile& source) {
  diag::Diagnostics diagnostics;
  const std::optional<config::UserConfig> config = config::load_user(source, diagnostics);
  require(config.has_value() != diagnostics.has_errors());
  check(diagnostics, source);
  if (!config) return;
  for (const auto* list : {&config->readonly, &config->hidden, &config->accept_secrets, &config->env_pass})
    check(*list, source);
  if (config->templates) check(*config->templates, source);
  for (const config::ProjectSettings& project : config->projects) {
    check(project.root, source);
    if (project.ssh.keys) check(*project.ssh.keys, source);
    if (project.ssh.namespaces) check(*project.ssh.namespaces, source);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const diag::SourceFile source("fuzz.toml", std::string(reinterpret_cast<const char*>(data), size));
  load_as_project(source);
  load_as_user(source);
  return 0;
}
