// SPDX-License-Identifier: MIT
// Findings go to stdout, or to --output; what psbc has to say itself goes to stderr. The exit status is the same in each format:
// a report that says nothing must never be a run that failed.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "base/token_forms.h"
#include "cli/commands.h"
#include "cli/unified_diff.h"
#include "cli/version.h"
#include "config/load.h"
#include "driver/lint.h"
#include "lint/baseline.h"
#include "lint/mend.h"
#include "lint/pages.h"

namespace psbc::cli {
namespace {

using lint::Finding;

/// In UTC, as everything that is committed.
std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts));
}

bool apply_baseline(Context& context, const std::string& name, std::vector<lint::FileReport>& reports) {
  constexpr std::size_t limit = 16U << 20U; // bytes
  const auto path = absolute(context, name);
  const auto text = path ? context.fs.read(*path, limit) : base::Result<std::string>(base::Error{.operation = "read", .object = name, .code = ENOENT});
  const auto entries = text ? lint::parse_baseline(*text) : std::nullopt;
  if (!text) complain(text.error());
  else if (!entries) complain("`" + base::escape(name) + "` is no baseline of psbc lint", "psbc lint --write-baseline " + base::escape(name));
  if (entries) lint::apply_baseline(*entries, reports);
  return entries.has_value();
}

bool counts(const Finding& finding, const LintOptions& options) {
  const auto least = options.fail_on == "error" ? diag::Severity::error : options.fail_on == "info" ? diag::Severity::info : diag::Severity::warning;
  return !finding.suppressed && options.fail_on != "never" && finding.what.severity <= least;
}

std::optional<std::string> read_stdin() {
  auto text = base::read_all(STDIN_FILENO, config::max_file_size + 1, "stdin");
  if (text) return std::move(*text);
  if (text.error().code == EFBIG) return std::string(config::max_file_size + 1, ' ');
  complain(text.error());
  return std::nullopt;
}

/// --fix and --diff. False when a file could not be written.
bool mend_files(Context& context, const std::vector<driver::LintedFile>& files, const lint::Options& how, const driver::LintMachine& machine, const LintOptions& options, bool& any) {
  bool fine = true;
  for (const driver::LintedFile& file : files) {
    const auto before = context.fs.read(file.path, config::max_file_size);
    if (!before) continue; // said with the findings
    const auto judge = [&](const std::string& text) { return driver::lint_text({.name = file.name, .path = file.path, .text = text, .kind = file.kind}, how, machine); };
    const std::string after = lint::mend(*before, judge, options.unsafe_fixes);
    if (after == *before) continue;
    any = true;
    if (options.diff) {
      print(unified_diff(file.name, *before, after, "before"));
      continue;
    }
    const auto ownership = context.fs.ownership(file.path);
    const auto written = base::write_atomically(file.path, after, ownership ? static_cast<mode_t>(ownership->mode) : 0644);
    if (written) say(context, "mended `" + base::escape(file.name) + "`");
    else complain(written.error());
    fine = fine && written;
  }
  return fine;
}

} // namespace

int lint(Context& context, const LintOptions& options) {
  const std::string wanted = !options.format.empty() ? options.format : context.env.get("PSBC_LINT_FORMAT").value_or("text");
  const auto format = lint::find_format(wanted);
  if (!format) {
    complain("there is no format `" + base::escape(wanted) + "`", "text, concise, json, sarif, github, gitlab, junit or checkstyle");
    return exit_usage;
  }
  const bool in_ci = !context.env.get("CI").value_or("").empty();
  const driver::LintMachine machine{.env = context.env, .host = options.host || (!options.no_host && !in_ci)};
  lint::Options how{.persona = options.persona == "auditor" ? diag::Persona::auditor : options.persona == "pedantic" ? diag::Persona::pedantic : diag::Persona::regular,
                    .ignores = !options.no_ignores,
                    .require_reason = options.require_reason};
  diag::Scope scope = machine.host ? diag::Scope::host : diag::Scope::repo;

  const auto kind = options.profile ? driver::LintedKind::profile : driver::LintedKind::config;
  if (options.profile && options.paths.empty()) {
    complain("psbc lint --profile needs a file", "psbc lint --profile ~/.config/firejail");
    return exit_usage;
  }

  driver::LintRun run;
  bool any_mended = false, all_written = true;
  if (options.paths == std::vector<std::string>{"-"}) {
    const auto text = read_stdin();
    if (!text) return exit_machine;
    std::optional<base::AbsPath> path;
    if (!options.stdin_filename.empty()) path = absolute(context, options.stdin_filename);
    if (!path) scope = diag::Scope::text;
    run.reports.push_back(driver::lint_text({.name = options.stdin_filename.empty() ? "<stdin>" : options.stdin_filename, .path = path, .text = *text, .kind = kind}, how, machine));
  } else {
    const auto files = driver::files_to_lint(context.fs, context.cwd, {.names = options.paths, .kind = kind, .force_exclude = options.force_exclude});
    if (!files) {
      complain(files.error());
      return exit_not_trusted;
    }
    if (files->empty() && options.force_exclude) {
      say(context, "git ignores all of it: nothing to lint");
      return exit_fine;
    }
    if (files->empty()) {
      complain("there is no .python-sandbox.toml to lint", "psbc init writes one");
      return exit_not_trusted;
    }
    if (options.fix || options.unsafe_fixes || options.diff) all_written = mend_files(context, *files, how, machine, options, any_mended);
    if (options.diff) return !all_written ? exit_machine : any_mended ? exit_findings : exit_fine;
    run = driver::lint_files(*files, how, machine);
  }

  if (!options.write_baseline.empty()) {
    const auto target = absolute(context, options.write_baseline);
    const auto written = target ? base::write_atomically(*target, lint::write_baseline(run.reports, today()), 0644) : base::Status(base::Error{.operation = "write", .object = options.write_baseline});
    if (!written) complain(written.error());
    return written && run.unreadable.empty() ? exit_fine : exit_machine;
  }
  if (!options.baseline.empty() && !apply_baseline(context, options.baseline, run.reports)) return exit_usage; // one that is not there hides nothing

  lint::Report report{.files = run.reports, .skipped = {}, .version = PSBC_VERSION};
  for (std::size_t n = 0; n < diag::rule_count; ++n)
    if (kind == driver::LintedKind::config && diag::rule(static_cast<diag::Code>(n)).scope > scope) report.skipped.push_back(static_cast<diag::Code>(n));
  const bool to_file = !options.output.empty();
  const std::string text = lint::render(report, *format, {.color = !to_file && (context.color && isatty(STDOUT_FILENO) == 1)});
  for (const base::Error& error : run.unreadable) complain(error);
  if (to_file) {
    const auto target = absolute(context, options.output);
    const auto written = target ? base::write_atomically(*target, base::redact(text), 0644) : base::Status(base::Error{.operation = "write", .object = options.output});
    if (!written) {
      complain(written.error());
      return exit_machine;
    }
  } else {
    print(text);
  }
  if (!run.unreadable.empty() || !all_written) return exit_machine;
  const bool fails = std::any_of(run.reports.begin(), run.reports.end(), [&](const lint::FileReport& file) {
    return std::any_of(file.findings.begin(), file.findings.end(), [&](const Finding& finding) { return counts(finding, options); });
  });
  return fails && !options.exit_zero ? exit_findings : exit_fine;
}

namespace {

std::string rule_json(diag::Code code) {
  using base::json_text;
  const diag::Rule& row = diag::rule(code);
  return "{\"id\":" + json_text(row.id) + ",\"name\":" + json_text(row.slug) + ",\"severity\":" + json_text(to_string(row.severity)) + ",\"scope\":" + json_text(to_string(row.scope)) +
         ",\"persona\":" + json_text(to_string(row.persona)) + ",\"fix\":" + json_text(to_string(row.fix)) + ",\"summary\":" + json_text(row.summary) + ",\"page\":" + json_text(lint::page_of(code)) + "}";
}

std::string rule_line(diag::Code code) {
  const diag::Rule& row = diag::rule(code);
  const std::string_view severity = to_string(row.severity);
  return std::string(row.id) + "  " + std::string(severity) + std::string(9 - severity.size(), ' ') + std::string(row.slug) + ": " + std::string(row.summary) + "\n";
}

} // namespace

int rule(Context&, const RuleOptions& options) {
  const bool json = options.format == "json";
  if (options.name.empty()) {
    std::string out;
    for (std::size_t n = 0; n < diag::rule_count; ++n) {
      const auto code = static_cast<diag::Code>(n);
      out += json ? (n == 0 ? "[" : ",\n") + rule_json(code) : rule_line(code);
    }
    print(json ? out + "]\n" : out);
    return exit_fine;
  }
  const auto code = diag::find_rule(options.name);
  if (!code) {
    const std::string meant = diag::nearest_rule(options.name);
    complain("there is no rule `" + base::escape(options.name) + "`", meant.empty() ? "psbc rule lists them" : "did you mean `" + meant + "`?");
    return exit_usage;
  }
  print(json ? rule_json(*code) + "\n" : std::string(lint::page_of(*code)));
  return exit_fine;
}

} // namespace psbc::cli
