// SPDX-License-Identifier: MIT
// `psbc git`: git on the host, where what the sandbox keeps read-only can be changed, and where a repository could make git
// run things (THREATS D3, D4).
#include "cli/git.h"

#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "cli/commands.h"
#include "driver/registry.h"
#include "runtime/host_git.h"

namespace psbc::cli {
namespace {

constexpr std::size_t hook_limit = 64U << 10U;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

/// Every place that a session can write: git, its helpers and its editor are looked for elsewhere.
std::vector<std::string> writable_places(Context& context, const policy::Places& places) {
  std::vector<std::string> out = {places.data.string()};
  if (const auto projects = driver::known_projects(context.fs, places))
    for (const driver::KnownProject& project : *projects) out.push_back(project.root.string());
  if (const auto here = driver::find_project(context.fs, context.cwd); here && *here) out.push_back((*here)->root.string());
  return out;
}

/// The repository's hook in place of which psbc was called.
int stand_in_for_hook(std::string_view name, int argc, char** argv) {
  const char* const hooks = getenv(runtime::host_hooks_variable);
  const std::string path = std::string(hooks != nullptr ? hooks : "") + "/" + std::string(name);
  if (hooks == nullptr || *hooks == '\0' || access(path.c_str(), X_OK) != 0) return exit_fine;
  Context context;
  const auto file = base::AbsPath::parse(path);
  const auto text = file ? context.fs.read(*file, hook_limit) : base::Result<std::string>(base::Error{});
  const auto self = driver::find_self(context.fs);
  if (text && self && *text == hook_text(name, *self)) {
    std::vector<char*> words = {const_cast<char*>("psbc"), const_cast<char*>("git-hooks"), const_cast<char*>("run"), const_cast<char*>(name.data()), const_cast<char*>("--")};
    words.insert(words.end(), argv + 1, argv + argc);
    words.push_back(nullptr);
    execv(self->c_str(), words.data());
    complain(base::system_error("run", self->string()));
    return exit_machine;
  }
  warn("the hook `" + std::string(name) + "` of this repository was not run: psbc git runs none but those of psbc git-hooks");
  return exit_fine;
}

} // namespace

bool is_git_stand_in(std::string_view called) {
  const std::string_view name = name_of(called);
  return (name == "git" || name.starts_with("git-") || runtime::is_hook_name(name)) && getenv(runtime::host_git_variable) != nullptr;
}

int git_stand_in(int argc, char** argv) {
  const std::string_view name = name_of(argv[0]);
  if (runtime::is_hook_name(name)) return stand_in_for_hook(name, argc, argv);
  std::vector<std::string> words(argv + 1, argv + argc);
  if (name.starts_with("git-")) words.insert(words.begin(), std::string(name.substr(4)));
  auto git = runtime::HostGit::inherited(base::Env::from_process());
  complain(git ? git->become(words) : git.error());
  return exit_machine;
}

base::Result<runtime::HostGit> open_host_git(Context& context, const policy::Places& places) {
  TRY_ASSIGN(const base::AbsPath self, driver::find_self(context.fs));
  const runtime::HostPrograms host(context.env, writable_places(context, places));
  return runtime::HostGit::open(places.state, self, host, context.env);
}

int host_git(Context& context, const std::vector<std::string>& words) {
  if (refuse_inside("and `psbc git` is for outside", "type git as it is, or leave first: exit")) return exit_usage;
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  auto git = open_host_git(context, *places);
  complain(git ? git->become(words) : git.error());
  return exit_machine;
}

} // namespace psbc::cli
