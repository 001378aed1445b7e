// SPDX-License-Identifier: MIT
#include "policy/installation_tree.h"

#include <algorithm>

#include "policy/own_files.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

// Files of an installation in which people keep tokens now and then: index URLs, registries, channels. A
// directory counts for the files in it.
constexpr const char* settings_of_installations[] = {
    ".condarc", ".npmrc", "condarc", "condarc.d", "etc/conda/.condarc", "etc/conda/condarc", "etc/conda/condarc.d",
    "etc/npmrc", "etc/pip.conf", "lib/node_modules/npm/npmrc", "npmrc", "pip.conf"};
// Variables of an environment, which is what secrets are in (`conda env config vars set`, env_vars.sh).
// Nothing inside runs or reads these. A repository's settings name its remote.
constexpr const char* never_shown[] = {".git", "conda-meta/state", "etc/conda/activate.d", "etc/conda/deactivate.d", "etc/conda/env_vars.d"};

constexpr const char* outcome = " and stays outside";

constexpr std::size_t installation_limit = 1024; // directories of a tree of installations that are looked into
constexpr std::size_t settings_limit = 128;      // files of a directory of settings in one

void hide_unless_clean(Lowering& lowering, const AbsPath& path) {
  const auto resolved = resolve(lowering.in.fs, path);
  if (!resolved || resolved->kind != Kind::file || lowering.planted(*resolved) != nullptr || may_show(lowering, path, resolved->path, outcome)) return;
  lowering.add(Access::hidden, resolved->path, builtin("it holds what looks like a secret"));
}

void expose(Lowering& lowering, const base::Resolved& resolved, const Origin& origin) {
  lowering.add(Access::read_only, resolved.path, origin);
  lowering.add_aliases(resolved, origin);
}

void too_many(Lowering& lowering, const AbsPath& path) {
  lowering.report(diag::Code::limit_exceeded, diag::Severity::warning, {},
                  lowering.shown(path) + " holds more than psbc scans for secrets, and stays outside", "",
                  {"at most 1024 directories of installations"},
                  {"expose what is needed: readonly = [\"...\"] in ~/.config/psbc/config.toml"});
}

/// The directories `levels` below `directory`; false when there are too many.
bool installations_in(base::Fs& fs, const AbsPath& directory, unsigned levels, std::vector<AbsPath>& out) {
  if (levels == 0) {
    out.push_back(directory);
    return out.size() <= installation_limit;
  }
  const auto names = fs.names(directory);
  if (!names) return true; // what cannot be listed here cannot be listed inside either
  if (names->size() > installation_limit) return false;
  for (const std::string& name : *names)
    if (fs.kind(directory / name) == Kind::directory && !installations_in(fs, directory / name, levels - 1, out)) return false;
  return true;
}

void expose_installations(Lowering& lowering, const AbsPath& path, const base::Resolved& resolved, const ToolPlace& place, const Origin& origin) {
  base::Fs& fs = lowering.in.fs;
  if (place.levels == 0 || resolved.kind != Kind::directory) return expose_tree(lowering, resolved, origin);
  std::vector<AbsPath> found;
  if (!installations_in(fs, resolved.path, place.levels, found)) return too_many(lowering, path);
  for (const AbsPath& installation : found) {
    if (is_environment(fs, installation)) {
      lowering.add(Access::hidden, installation, builtin("an environment of another project"));
      continue;
    }
    hide_secrets(lowering, installation);
    for (const char* name : of_other_projects)
      if (fs.kind(installation / name) != Kind::absent) lowering.add(Access::hidden, installation / name, builtin("environments of other projects"));
  }
  expose(lowering, resolved, origin);
}

} // namespace

AbsPath place_of(const Lowering& lowering, std::string_view path) {
  return path.starts_with('/') ? AbsPath::literal(path) : lowering.in.places.home / path;
}

std::optional<base::Resolved> visible(const Lowering& lowering, const AbsPath& path) {
  auto resolved = resolve(lowering.in.fs, path);
  if (!resolved || resolved->kind == Kind::absent || resolved->kind == Kind::other) return {};
  if (lowering.in.places.home.is_under(resolved->path) || lowering.planted(*resolved) != nullptr) return {};
  return std::move(*resolved);
}

bool is_environment(base::Fs& fs, const AbsPath& directory) {
  return fs.kind(directory / "pyvenv.cfg") != Kind::absent ||
         (fs.kind(directory / "bin/activate") != Kind::absent && fs.kind(directory / "conda-meta") == Kind::absent);
}

void hide_secrets(Lowering& lowering, const AbsPath& installation) {
  base::Fs& fs = lowering.in.fs;
  const auto tops = fs.among(installation, {".condarc", ".git", ".npmrc", "conda-meta", "condarc", "condarc.d", "etc", "lib", "npmrc", "pip.conf"});
  const auto has = [&](std::string_view name) { return std::find(tops.begin(), tops.end(), name.substr(0, name.find('/'))) != tops.end(); };
  for (const char* name : settings_of_installations) {
    if (!has(name)) continue;
    const AbsPath path = installation / name;
    if (fs.kind(path) != Kind::directory) {
      hide_unless_clean(lowering, path);
      continue;
    }
    const auto names = fs.names(path);
    if (!names) continue;
    if (names->size() > settings_limit) {
      lowering.add(Access::hidden, path, builtin("it holds more files than are scanned"));
      too_many(lowering, path);
      continue;
    }
    for (const std::string& file : *names) hide_unless_clean(lowering, path / file);
  }
  for (const char* name : never_shown)
    if (!has(name)) continue;
    else if (const auto resolved = resolve(fs, installation / name); resolved && resolved->kind != Kind::absent && lowering.planted(*resolved) == nullptr)
      lowering.add(Access::hidden, resolved->path, builtin("variables of an environment, and addresses of a repository, are where secrets are"));
}

void expose_tree(Lowering& lowering, const base::Resolved& resolved, const Origin& origin) {
  base::Fs& fs = lowering.in.fs;
  const auto holds = [&](const char* name) { return fs.kind(resolved.path / name) != Kind::absent; };
  const bool shared = resolved.kind == Kind::directory && std::any_of(std::begin(of_other_projects), std::end(of_other_projects), holds);
  hide_secrets(lowering, resolved.path);
  if (!shared) return expose(lowering, resolved, origin);
  lowering.add_aliases(resolved, origin);
  const auto names = fs.names(resolved.path);
  if (!names) return;
  for (const std::string& name : *names) {
    const bool others = std::find(std::begin(of_other_projects), std::end(of_other_projects), name) != std::end(of_other_projects);
    const Kind kind = fs.kind(resolved.path / name);
    if (!others && (kind == Kind::directory || kind == Kind::file)) lowering.add(Access::read_only, resolved.path / name, origin);
  }
}

void expose_place(Lowering& lowering, const ToolPlace& place, const Origin& origin) {
  const AbsPath path = place_of(lowering, place.path);
  const auto resolved = visible(lowering, path);
  if (!resolved) return;
  switch (place.kind) {
    case ToolPlace::Kind::none: return;
    case ToolPlace::Kind::environments: return expose_tree(lowering, *resolved, origin);
    case ToolPlace::Kind::installation: return expose_installations(lowering, path, *resolved, place, origin);
    case ToolPlace::Kind::plugins:
      if (const auto repositories = repositories_in(lowering, path, resolved->path, place.levels)) {
        expose(lowering, *resolved, origin);
        hide_repositories(lowering, resolved->path, *repositories);
      }
      return;
    case ToolPlace::Kind::settings:
      if (resolved->kind == Kind::directory) return expose_own_tree(lowering, path, "**", origin, outcome);
      if (may_show(lowering, path, resolved->path, outcome)) expose(lowering, *resolved, origin);
  }
}

} // namespace psbc::policy
