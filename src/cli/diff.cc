// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "cli/commands.h"
#include "driver/compile.h"
#include "driver/git_file.h"

namespace psbc::cli {
namespace {

/// What a version of the file grants; nothing, with a message, when it cannot be read.
std::optional<trust::Capabilities> granted_by(Context& context, driver::CompileInput input, const std::string& revision) {
  if (!revision.empty()) {
    auto text = driver::file_at(input.project.root, revision);
    if (!text) {
      complain(text.error());
      return std::nullopt;
    }
    if (!*text) return trust::Capabilities{}; // not there: no sandbox, nothing granted
    input.approved = std::move(**text);
  }
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  auto asked = driver::asked(input, sources, diagnostics);
  show(context, diagnostics);
  if (asked) return std::move(asked->capabilities);
  complain("the version of `" + base::escape(revision.empty() ? "the working tree" : revision) + "` is not valid");
  return std::nullopt;
}

} // namespace

int diff(Context& context, const DiffOptions& options) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto project = project_here(context, {}, status);
  if (!project) return status;
  const auto self = self_here(context, status);
  if (!self) return status;
  const std::size_t dots = options.revisions.find("..");
  const std::string before = options.revisions.empty() ? "HEAD" : options.revisions.substr(0, dots);
  const std::string after = dots == std::string::npos ? "" : options.revisions.substr(dots + 2);
  if (dots != std::string::npos && (before.empty() || after.empty())) {
    // In a script it is a variable that is not set, and must not pass a check.
    complain("`" + base::escape(options.revisions) + "` names one commit", "psbc diff A..B compares two; psbc diff A compares one with the file as it is");
    return exit_usage;
  }
  const driver::CompileInput input{.places = *places, .project = *project, .self = *self, .fs = context.fs, .env = context.env};
  const auto from = granted_by(context, input, before);
  const auto to = from ? granted_by(context, input, after) : std::nullopt;
  if (!to) return exit_usage;

  const auto wider = trust::widening(*from, *to);
  auto narrower = trust::widening(*to, *from);
  for (trust::Step& step : narrower) step.added = !step.added;
  if (options.json) {
    const auto list = [&](const std::vector<trust::Step>& steps) {
      std::string out;
      for (const trust::Step& step : steps) out += (out.empty() ? "" : ",") + trust::json(step, places->home);
      return "[" + out + "]";
    };
    print("{\"version\":1,\"wider\":" + list(wider) + ",\"narrower\":" + list(narrower) + "}\n");
  } else {
    for (const trust::Step& step : wider) print(trust::shown(step, places->home) + "\n");
    for (const trust::Step& step : narrower) print(trust::shown(step, places->home) + "\n");
  }
  return wider.empty() ? exit_fine : exit_findings;
}

} // namespace psbc::cli
