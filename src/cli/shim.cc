// SPDX-License-Identifier: MIT
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "driver/compile.h"
#include "driver/shim.h"

namespace psbc::cli {
namespace {

std::string shown(const base::AbsPath& path, const policy::Places& places) {
  return base::escape(base::display_path(path, places.home));
}

int fail(const base::Error& error) {
  complain(error);
  return exit_machine;
}

std::string list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "[" : ", ") + base::json_text(text);
  return out.empty() ? "[]" : out + "]";
}

std::vector<std::string> texts(const std::vector<base::AbsPath>& paths) {
  std::vector<std::string> out;
  for (const base::AbsPath& path : paths) out.push_back(path.string());
  return out;
}

/// What need not be there yet, in a directory that is.
std::optional<base::AbsPath> place(const Context& context, const std::string& text) {
  const std::size_t last = text.find_last_not_of('/');
  const std::size_t slash = text.rfind('/', last);
  const std::string name =
      text.substr(slash == std::string::npos ? 0 : slash + 1,
                  last == std::string::npos ? 0 : last - (slash == std::string::npos ? 0 : slash + 1) + 1);
  const auto parent = absolute(context, slash == std::string::npos ? "." : text.substr(0, slash + 1));
  if (!parent || name.empty() || name == "." || name == "..") return std::nullopt;
  return *parent / name;
}

int remove(Context& context, const policy::Places& places, const base::AbsPath& root, bool json) {
  const auto removed = driver::remove_shim(places, policy::project_id(root));
  if (!removed) return fail(removed.error());
  if (json)
    print("{\"project\": " + base::json_text(root.string()) + ", \"removed\": " + list(texts(*removed)) +
          "}\n");
  for (const base::AbsPath& path : *removed) say(context, "removed " + shown(path, places));
  if (removed->empty()) say(context, "there is no shim for `" + shown(root, places) + "`");
  return exit_fine;
}

} // namespace

int shim(Context& context, const ShimOptions& options) {
  if (refuse_inside("where programs need no shim", "leave it first: exit")) return exit_usage;
  if (options.remove && !options.at.empty()) {
    complain("--remove takes every link of the shim away, and no --at");
    return exit_usage;
  }
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  if (options.remove && !options.directory.empty()) {
    // A project that is gone has a shim to remove, too.
    const auto root = absolute(context, options.directory)
                          .value_or(base::AbsPath::parse(options.directory).value_or(context.cwd));
    const auto project = driver::find_project(context.fs, root);
    return remove(context, *places, project && *project ? (*project)->root : root, options.json);
  }
  const auto project = project_here(context, options.directory, status);
  if (!project) return status;
  if (options.remove) return remove(context, *places, project->root, options.json);

  const auto self = driver::find_self(context.fs);
  if (!self) return fail(self.error());
  std::optional<base::AbsPath> at;
  if (!options.at.empty() && !(at = place(context, options.at))) {
    complain("`" + base::escape(options.at) + "` is no path", "its directory must be there");
    return exit_usage;
  }
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto policy = driver::compile_policy(
      {.places = *places, .project = *project, .self = *self, .fs = context.fs, .env = context.env}, sources,
      diagnostics);
  show(context, diagnostics);
  if (!policy) return exit_usage;
  const auto made = driver::write_shim(context.fs, {.places = *places,
                                                    .project = *project,
                                                    .name = policy->name,
                                                    .environment = policy->environment,
                                                    .self = *self,
                                                    .at = at});
  if (!made) return fail(made.error());
  const base::AbsPath& named = at ? *at : made->directory;
  const std::string interpreter = (named / "bin/python").string();
  if (options.json) {
    print("{\"project\": " + base::json_text(project->root.string()) + ", \"directory\": " +
          base::json_text(made->directory.string()) + ", \"interpreter\": " + base::json_text(interpreter) +
          ", \"programs\": " + list(made->programs) + ", \"links\": " + list(texts(made->links)) +
          ", \"changed\": " + (made->changed ? "true" : "false") + "}\n");
    return exit_fine;
  }
  print(base::escape(interpreter) + "\n");
  say(context, std::string(made->changed ? "written" : "up to date") + ": " +
                   std::to_string(made->programs.size()) + " programs that enter `" +
                   base::escape(policy->name) + "`. Choose this interpreter in your editor");
  return exit_fine;
}

/// What the first line of a shim's program starts: `psbc shim-exec PROGRAM ARG...`.
int shim_exec(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  const auto call = driver::read_shim_call(argc > 2 ? argv[2] : "");
  if (!call) {
    complain(call.error());
    return exit_own_failure;
  }
  for (const auto& [name, value] :
       {std::pair("XDG_STATE_HOME", &call->record.state), std::pair("XDG_DATA_HOME", &call->record.data),
        std::pair("XDG_CONFIG_HOME", &call->record.config), std::pair("PSBC_ENVS_PATH", &call->record.envs)})
    setenv(name, value->c_str(), 1);
  Context context;
  context.env = base::Env::from_process();
  context.quiet = true; // editors read stderr, too
  char* here = getcwd(nullptr, 0);
  const auto cwd = here != nullptr ? base::AbsPath::parse(here) : std::nullopt;
  free(here);
  if (!cwd) {
    complain("the current directory is gone", "start from a directory of the project");
    return exit_own_failure;
  }
  context.cwd = *cwd;
  EnterOptions options{.directory = call->record.root.string(),
                       .shell = {},
                       .templates = {},
                       .command = {call->program.string()},
                       .is_run = true,
                       .is_shim = true};
  for (int i = 3; i < argc; ++i) options.command.emplace_back(argv[i]);
  return enter(context, options);
}

} // namespace psbc::cli
