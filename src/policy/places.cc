// SPDX-License-Identifier: MIT
#include "policy/places.h"

#include <unistd.h>

#include "base/digest.h"

namespace psbc::policy {

using base::AbsPath;

base::Result<Places> find_places(base::Fs& fs, const base::Env& env) {
  const auto absolute = [&](const char* name) -> std::optional<AbsPath> {
    const auto value = env.get(name);
    return value ? AbsPath::parse(*value) : std::nullopt;
  };
  const auto home = absolute("HOME");
  if (!home || home->is_root())
    return base::Error{.operation = "find your home directory", .object = {}, .code = 0,
                       .cause = "HOME is not an absolute path", .hint = "set HOME to your home directory"};
  TRY_ASSIGN(const base::Resolved real, resolve(fs, *home));
  if (real.kind != base::Kind::directory)
    return base::Error{.operation = "use the home directory", .object = home->string(), .code = 0,
                       .cause = "it is not a directory", .hint = "set HOME to your home directory"};
  // Canonical, because every rule is: a symlinked ~/.local must not leave the state directory exposed
  // under its other name.
  const auto place = [&](const char* variable, const char* fallback) -> base::Result<AbsPath> {
    const auto chosen = absolute(variable);
    TRY_ASSIGN(base::Resolved found, chosen ? resolve(fs, *chosen / "psbc") : resolve_below(fs, real.path, std::string(fallback) + "/psbc"));
    return found.path;
  };
  TRY_ASSIGN(const AbsPath state, place("XDG_STATE_HOME", ".local/state"));
  TRY_ASSIGN(const AbsPath data, place("XDG_DATA_HOME", ".local/share"));
  TRY_ASSIGN(const AbsPath config, place("XDG_CONFIG_HOME", ".config"));
  auto envs = absolute("PSBC_ENVS_PATH");
  if (!envs) envs = absolute("PYSANDBOX_ENVS_PATH");
  return Places{.home = real.path, .state = state, .data = data, .config = config, .envs = envs.value_or(real.path / "envs"),
                .temporary = AbsPath::literal("/tmp") / ("psbc-" + std::to_string(geteuid())),
                .runtime = AbsPath::literal("/run/user") / std::to_string(geteuid())};
}

std::optional<AbsPath> expand(std::string_view text, const AbsPath& base, const AbsPath& home) {
  for (const std::string_view prefix : {"~", "${HOME}"}) {
    if (text == prefix) return home;
    if (text.starts_with(prefix) && text.size() > prefix.size() && text[prefix.size()] == '/')
      return home.join(text.substr(prefix.size() + 1));
  }
  if (text.starts_with('~')) return std::nullopt;
  return text.starts_with('/') ? AbsPath::parse(text) : base.join(text);
}

std::string project_id(const AbsPath& root) {
  std::string name;
  for (const char c : root.name().substr(0, 40)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    const bool upper = c >= 'A' && c <= 'Z';
    name += plain ? c : upper ? static_cast<char>(c - 'A' + 'a') : '_';
  }
  return name + "-" + base::digest(root.string()).substr(0, 12);
}

} // namespace psbc::policy
