// SPDX-License-Identifier: MIT
#include "cli/commands.h"

#include <algorithm>

#include "base/text.h"
#include "driver/hide.h"

namespace psbc::cli {
namespace {

std::string shown(const base::AbsPath& path, const policy::Places& places) { return "`" + base::escape(base::display_path(path, places.home)) + "`"; }

/// The place in the project that was named: a link at its end stays, links on the way do not.
std::optional<base::AbsPath> place(Context& context, const std::string& text) {
  const auto path = absolute(context, text);
  const auto parent = path ? resolve(context.fs, path->parent()) : base::Result<base::Resolved>(base::Error{});
  if (!parent || path->is_root()) {
    complain("there is no file `" + base::escape(text) + "`");
    return std::nullopt;
  }
  return parent->path / path->name();
}

int hide_one(Context& context, const policy::Places& places, const driver::Project& project, const base::AbsPath& file) {
  const auto hidden = driver::hide_file(context.fs, places, project, file);
  if (!hidden) {
    complain(hidden.error());
    return exit_machine;
  }
  say(context, "moved " + shown(file, places) + " to " + shown(hidden->file.kept, places) + ", and left a link");
  if (hidden->older) say(context, "what was moved from there before is now " + shown(*hidden->older, places));
  return exit_fine;
}

int undo_one(Context& context, const policy::Places& places, const driver::Project& project, const base::AbsPath& file) {
  if (const auto back = driver::unhide_file(context.fs, places, project, file); !back) {
    complain(back.error());
    return exit_machine;
  }
  say(context, "put " + shown(file, places) + " back: it is visible inside unless `hidden` names it");
  return exit_fine;
}

int list_all(Context& context, const policy::Places& places, const driver::Project& project) {
  const auto files = driver::hidden_files(context.fs, places, project);
  if (!files) {
    complain(files.error());
    return exit_machine;
  }
  for (const driver::HiddenFile& file : *files) {
    const char* state = file.state == driver::HiddenFile::State::linked     ? ""
                        : file.state == driver::HiddenFile::State::replaced ? "  (the link was replaced)"
                                                                            : "  (no link)";
    print(base::escape(file.name) + "  " + base::escape(base::display_path(file.kept, places.home)) + state + "\n");
  }
  if (files->empty()) say(context, "psbc hide moved nothing out of " + shown(project.root, places));
  return exit_fine;
}

} // namespace

int hide(Context& context, const HideOptions& options) {
  if (refuse_inside("which must not see where secrets are kept", "leave it first: exit")) return exit_usage;
  if (options.files.empty() != options.list) {
    complain(options.list ? "--list takes no file" : "there is no file to hide", "psbc hide FILE, psbc hide --undo FILE, or psbc hide --list");
    return exit_usage;
  }
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  if (options.list) {
    const auto project = project_here(context, {}, status);
    return project ? list_all(context, *places, *project) : status;
  }
  for (const std::string& text : options.files) {
    const auto file = place(context, text);
    if (!file) {
      status = std::max<int>(status, exit_not_trusted);
      continue;
    }
    int here = exit_fine;
    const auto project = project_here(context, file->parent().string(), here);
    if (project) here = options.undo ? undo_one(context, *places, *project, *file) : hide_one(context, *places, *project, *file);
    status = std::max(status, here);
  }
  return status;
}

} // namespace psbc::cli
