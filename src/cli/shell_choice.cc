// SPDX-License-Identifier: MIT
#include "cli/shell_choice.h"

#include <unistd.h>

#include "base/text.h"
#include "policy/shell_table.h"

namespace psbc::cli {
namespace {

/// The name of the process that started psbc: a hint, which decides nothing but comfort.
std::string parent_name(base::Fs& fs) {
  const auto path = base::AbsPath::parse("/proc/" + std::to_string(getppid()) + "/comm");
  auto name = path ? fs.read(*path, 64) : base::Result<std::string>(base::Error{});
  if (!name) return {};
  while (name->ends_with('\n')) name->pop_back();
  return *name;
}

/// Is a program of this name, as PATH finds it, there inside as well? What lies in a closed tree may be
/// exposed by a file; --shell tries.
bool is_there_inside(base::Fs& fs, const base::Env& env, const policy::Places& places, const char* program) {
  const std::string path = env.get("PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (const std::string_view entry : base::split(path, ':')) {
    const auto directory = base::AbsPath::parse(entry);
    const auto found = directory ? resolve(fs, *directory / program) : base::Result<base::Resolved>(base::Error{});
    if (!found || found->kind != base::Kind::file) continue;
    bool closed = found->path.is_under(places.home);
    for (const char* tree : {"/home", "/media", "/mnt", "/opt", "/run", "/srv", "/tmp", "/var"})
      closed = closed || found->path.is_under(base::AbsPath::literal(tree));
    if (!closed) return true;
  }
  return false;
}

} // namespace

const policy::Shell* known_shell(const std::string& shell, const char* what) {
  const policy::Shell* const row = policy::find_shell(shell);
  if (row == nullptr) complain(std::string("there is no ") + what + " for `" + base::escape(shell) + "`", "one of: " + policy::shell_names());
  return row;
}

std::string choose_shell(const Context& context, const policy::Places& places, const std::string& asked) {
  if (!asked.empty()) {
    if (policy::find_shell(asked) == nullptr)
      say(context, "psbc: `" + base::escape(asked) + "` is started as it is: only " + policy::shell_names() +
                       " get your own settings, the prompt and the history of the sandbox");
    return asked;
  }
  base::RealFs fs;
  const policy::Shell* shell = policy::find_shell(parent_name(fs));
  if (shell == nullptr) shell = policy::find_shell(context.env.get("SHELL").value_or(""));
  if (shell == nullptr || shell->always) return "bash";
  if (is_there_inside(fs, context.env, places, shell->id)) return shell->id;
  say(context, std::string("psbc: `") + shell->id + "` is not visible inside: bash is started instead; to try it, type: psbc enter --shell " + shell->id);
  return "bash";
}

} // namespace psbc::cli
