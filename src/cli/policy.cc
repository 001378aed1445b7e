// SPDX-License-Identifier: MIT
// psbc policy check: what an organisation's policy says of the files in many repositories; for the CI of whoever keeps it.
#include <algorithm>

#include "base/date.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "config/load.h"
#include "driver/ceiling.h"
#include "driver/lint.h"
#include "driver/policy_check.h"

namespace psbc::cli {
namespace {

using base::json_text;
using Is = driver::HeldAgainst::Is;

/// The one that counts on this machine, or a file that may become one: whoever edits that need not be root.
std::optional<config::Ceiling> load(Context& context, const std::string& file, driver::Sources& sources, int& status) {
  diag::Diagnostics diagnostics;
  std::optional<config::Ceiling> ceiling;
  if (file.empty()) {
    const base::AbsPath& here = policy::ceiling_file();
    ceiling = driver::load_ceiling(context.fs, sources, diagnostics);
    if (ceiling && context.fs.kind(here) == base::Kind::absent) {
      complain("there is no `" + here.string() + "` on this machine, so nothing is capped", "to check a file that is not in use yet: psbc policy check --policy FILE");
      status = exit_not_trusted;
      return std::nullopt;
    }
  } else {
    const auto path = absolute(context, file);
    if (!path) {
      complain("there is no file `" + base::escape(file) + "`");
      status = exit_usage;
      return std::nullopt;
    }
    if (const auto* const source = driver::read_config(context.fs, *path, sources, diagnostics)) ceiling = config::load_ceiling(*source, diagnostics);
  }
  show(context, diagnostics);
  if (!ceiling) status = status_of(diagnostics);
  return ceiling;
}

void say_rows(const Context& context, const config::Ceiling& ceiling) {
  for (const config::GrantsRow& row : ceiling.grants)
    if (base::is_over(row.until.value))
      say(context, "note: " + row.until.span.file->name() + ":" + std::to_string(row.until.span.file->position(row.until.span.begin).line) + ": over since " + row.until.value + ", and without effect: " + base::escape(row.reason.value));
}

std::string line_of(const diag::Span& span) { return std::to_string(span.file->position(span.begin).line); }

std::string json(const std::string& name, const driver::HeldAgainst& held, const diag::Diagnostics& diagnostics) {
  std::string findings;
  for (const diag::Diagnostic& one : diagnostics.all()) {
    if (one.severity != diag::Severity::error) continue;
    findings += std::string(findings.empty() ? "" : ",") + "{\"rule\":" + json_text(diag::id(one.code)) + ",\"message\":" + json_text(one.message);
    for (const diag::Label& label : one.labels) findings += std::string(",") + (label.primary ? "\"line\":" : "\"policy_line\":") + line_of(label.span);
    findings += "}";
  }
  return "{\"file\":" + json_text(name) + ",\"state\":" + json_text(driver::to_string(held.is)) + ",\"digest\":" + json_text(held.digest) +
         ",\"approved\":" + (held.approved != nullptr ? "true" : "false") + ",\"findings\":[" + findings + "]}";
}

const char* words(const driver::HeldAgainst& held) {
  switch (held.is) {
    case Is::within: return held.approved != nullptr ? "within the policy, and approved by it" : "within the policy";
    case Is::excepted: return held.approved != nullptr ? "excepted and approved by the policy" : "excepted by the policy";
    case Is::exceeds: return "asks for more than the policy allows";
    case Is::invalid: break;
  }
  return "not valid";
}

} // namespace

int check_policy(Context& context, const PolicyOptions& options) {
  if (options.words.empty() || options.words.front() != "check") {
    complain(options.words.empty() ? "what about the policy?" : "`" + base::escape(options.words.front()) + "` is nothing that can be done with the policy", "psbc policy check [REPO...]");
    return exit_usage;
  }
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  driver::Sources sources;
  const auto ceiling = load(context, options.policy, sources, status);
  if (!ceiling) return status;
  say_rows(context, *ceiling);

  const std::vector<std::string> named(options.words.begin() + 1, options.words.end());
  const auto files = named.empty() ? base::Result<std::vector<driver::LintedFile>>(std::vector<driver::LintedFile>{})
                                   : driver::files_to_lint(context.fs, context.cwd, {.names = named});
  if (!files) {
    complain(files.error());
    return exit_usage;
  }
  std::string rows;
  for (const driver::LintedFile& file : *files) {
    driver::Sources of_file;
    diag::Diagnostics diagnostics;
    const auto root = resolve(context.fs, file.path.parent());
    if (!root) {
      complain(root.error());
      return exit_usage;
    }
    const driver::Project project{.root = root->path, .config_file = root->path / file.path.name()};
    const auto held = driver::hold_against(*ceiling, project, *places, context.fs, of_file, diagnostics);
    rows += (rows.empty() ? "" : ",") + json(file.name, held, diagnostics);
    if (held.is == Is::exceeds || held.is == Is::invalid) {
      show(context, diagnostics);
      status = std::max<int>(status, status_of(diagnostics));
    }
    if (!options.json) print(base::escape(file.name) + ": " + words(held) + "\n");
  }
  if (options.json) print("{\"version\":1,\"files\":[" + rows + "]}\n");
  else if (named.empty()) say(context, "the policy is valid");
  else if (files->empty()) say(context, "no .python-sandbox.toml is in what was named");
  return status;
}

} // namespace psbc::cli
