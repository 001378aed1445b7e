// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/unified_diff.h"
#include "driver/build.h"
#include "driver/registry.h"
#include "policy/shell_table.h"

namespace psbc::cli {
namespace {

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

void say_all(const Context& context, const std::vector<std::string>& sentences) {
  for (const std::string& sentence : sentences) say(context, "  " + sentence);
}

/// Compiles without publishing: for --print, --diff and --dry-run.
struct Preview {
  Context& context;
  const policy::Places& places;
  const driver::Project& project;
  std::optional<base::AbsPath> templates = std::nullopt;
  driver::Sources sources = {};
  diag::Diagnostics diagnostics = {};

  template <class Compile>
  auto with(const Compile& compile) -> decltype(compile(std::declval<const driver::CompileInput&>())) {
    const auto self = driver::find_self(context.fs);
    if (!self) {
      complain(self.error());
      return std::nullopt;
    }
    auto result = compile({.places = places, .project = project, .self = *self, .fs = context.fs, .env = context.env, .templates = templates});
    show(context, diagnostics);
    return result;
  }
  auto policy() { return with([&](const driver::CompileInput& in) { return driver::compile_policy(in, sources, diagnostics); }); }
  auto outputs() { return with([&](const driver::CompileInput& in) { return driver::compile(in, sources, diagnostics); }); }
};

int print_output(Preview& preview, const std::string& what) {
  if (what == "policy") {
    const auto policy = preview.policy();
    if (!policy) return status_of(preview.diagnostics);
    print(dump(*policy));
    return exit_fine;
  }
  const policy::Shell* shell = policy::find_shell(what);
  const std::string name = shell != nullptr ? shell->artefact : what == "profile" ? driver::enter_profile : driver::standalone_profile;
  const auto compiled = preview.outputs();
  if (!compiled) return status_of(preview.diagnostics);
  for (const trace::Output& output : compiled->outputs)
    if (output.name == name) print(output.bytes);
  return exit_fine;
}

/// What a build would write, and with `show_text` how that differs; writes nothing.
int preview_build(Preview& preview, bool show_text) {
  auto compiled = preview.outputs();
  if (!compiled) return status_of(preview.diagnostics);
  std::optional<trace::Current> current;
  if (const auto store = trace::Store::open(preview.places.state, compiled->policy.id))
    if (auto found = store->current(); found) current = std::move(*found);
  int changed = 0;
  for (const trace::Output& output : compiled->outputs) {
    const auto old = current ? current->read(output.name) : base::Result<std::string>(base::Error{});
    if (old && *old == output.bytes) continue;
    ++changed;
    if (!show_text) print("would write " + output.name + "\n");
    else if (base::is_valid_utf8(output.bytes) && output.bytes.find('\0') == std::string::npos)
      print(unified_diff(output.name, old ? *old : "", output.bytes));
    else print(output.name + ": binary, differs\n");
  }
  if (changed == 0) say(preview.context, "nothing would be written");
  return exit_fine;
}

int check_build(Context& context, const driver::BuildRequest& request, bool explain) {
  const auto freshness = driver::check(request);
  if (!freshness) {
    complain(freshness.error());
    return exit_machine;
  }
  const std::string name = "`" + base::escape(base::display_path(request.project.root, request.places.home)) + "`";
  if (freshness->fresh()) {
    say(context, name + " is up to date");
    return exit_fine;
  }
  say(context, name + " is stale" + (explain ? ":" : ""));
  if (explain) {
    say_all(context, freshness->inputs);
    say_all(context, freshness->outputs);
  }
  return exit_findings;
}

int build_one(Context& context, const policy::Places& places, const driver::Project& project, const BuildOptions& options, bool alone) {
  std::optional<base::AbsPath> templates;
  if (!options.templates.empty() && !(templates = absolute(context, options.templates))) {
    complain("there is no directory `" + base::escape(options.templates) + "`");
    return exit_usage;
  }
  Preview preview{.context = context, .places = places, .project = project, .templates = templates};
  if (!options.print.empty()) return print_output(preview, options.print);
  if (options.dry_run || options.diff) return preview_build(preview, options.diff);
  const driver::BuildRequest request{.places = places, .project = project, .env = context.env, .force = options.force,
                                     .templates = templates, .first_look = alone ? &context.first_look : nullptr};
  if (options.check) return check_build(context, request, options.explain);

  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto result = driver::build(request, sources, diagnostics);
  show(context, diagnostics);
  if (!result) {
    complain(result.error());
    return exit_machine;
  }
  using State = driver::BuildResult::State;
  if (result->state == State::invalid) {
    complain("`" + base::escape(base::display_path(project.root, places.home)) + "` was not built; the last good build stays in use");
    return status_of(diagnostics);
  }
  if (result->state == State::fresh) {
    say(context, "up to date (" + std::to_string(result->inputs) + " inputs)");
    return exit_fine;
  }
  say_all(context, result->damage); // somebody touched what psbc wrote: always said
  if (options.explain) say_all(context, result->reasons);
  if (result->written.empty()) say(context, "up to date: the outputs are the same as before");
  else say(context, "wrote " + list_of(result->written));
  for (const std::string& note : result->notes) say(context, "note: " + note);
  for (const std::string& sentence : result->open.by_nature) say(context, "open: " + sentence);
  for (const std::string& sentence : result->open.by_kernel) say(context, "open: " + sentence);
  return exit_fine;
}

} // namespace

int build(Context& context, const BuildOptions& options) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  std::vector<driver::Project> projects;
  if (options.all) {
    const auto known = driver::known_projects(context.fs, *places);
    if (!known) {
      complain(known.error());
      return exit_machine;
    }
    for (const driver::KnownProject& entry : *known)
      if (entry.exists) projects.push_back({.root = entry.root, .config_file = entry.root / driver::config_name});
  } else {
    std::vector<std::string> directories = options.directories;
    if (directories.empty()) directories.emplace_back();
    for (const std::string& directory : directories) {
      const auto project = project_here(context, directory, status);
      if (!project) return status;
      projects.push_back(*project);
    }
  }
  for (const driver::Project& project : projects) status = std::max(status, build_one(context, *places, project, options, projects.size() == 1));
  return status;
}

} // namespace psbc::cli
