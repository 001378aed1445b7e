// SPDX-License-Identifier: MIT
#include "policy/installations.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/own_files.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

struct Manager {
  const char* directory; // relative to HOME, or absolute
  unsigned depth;        // how many components below it make one installation
  bool tools = false;    // environments of single tools: a launcher of HOME leads there, no file of a project does
};
constexpr Manager managers[] = {
    {".asdf/installs", 2},
    {".local/pipx/venvs", 1, true},
    {".local/share/hatch/pythons", 1},
    {".local/share/mise/installs", 2},
    {".local/share/pdm/python", 1},
    {".local/share/pipx/venvs", 1, true},
    {".local/share/pypoetry/venv", 0, true},
    {".local/share/uv/python", 1},
    {".local/share/uv/tools", 1, true},
    {".pixi/envs", 1},
    {".pyenv/versions", 1},
    {"anaconda3", 0},
    {"mambaforge", 0},
    {"miniconda3", 0},
    {"miniforge3", 0},
    {"/opt/conda", 0},
    {"/opt/miniconda3", 0},
    {"/opt/miniforge3", 0},
};

// Where launchers of a single user's tools are.
constexpr const char* launcher_directories[] = {".local/bin", "bin", ".cargo/bin", ".pixi/bin", "miniconda3/bin", "miniforge3/bin"};

// In a conda base and in a pyenv version: environments of other projects, and their packages.
constexpr const char* of_other_projects[] = {"envs", "pkgs"};

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

AbsPath place_of(const Lowering& lowering, std::string_view path) {
  return path.starts_with('/') ? AbsPath::literal(path) : lowering.in.places.home / path;
}

void hide_unless_clean(Lowering& lowering, const AbsPath& path) {
  const auto resolved = resolve(lowering.in.fs, path);
  if (!resolved || resolved->kind != Kind::file || lowering.planted(*resolved) != nullptr || may_show(lowering, path, resolved->path, outcome)) return;
  lowering.add(Access::hidden, resolved->path, builtin("it holds what looks like a secret"));
}

/// The directory that `path` really is, when that may be shown: never HOME, nor what holds it.
std::optional<base::Resolved> visible(const Lowering& lowering, const AbsPath& path) {
  auto resolved = resolve(lowering.in.fs, path);
  if (!resolved || resolved->kind == Kind::absent || resolved->kind == Kind::other) return {};
  if (lowering.in.places.home.is_under(resolved->path) || lowering.planted(*resolved) != nullptr) return {};
  return std::move(*resolved);
}

void expose(Lowering& lowering, const base::Resolved& resolved, const Origin& origin) {
  lowering.add(Access::read_only, resolved.path, origin);
  lowering.add_aliases(resolved, origin);
}

/// An environment of somebody's project: venv and virtualenv say so, older ones of virtualenv leave `activate`.
bool is_environment(base::Fs& fs, const AbsPath& directory) {
  return fs.kind(directory / "pyvenv.cfg") != Kind::absent ||
         (fs.kind(directory / "bin/activate") != Kind::absent && fs.kind(directory / "conda-meta") == Kind::absent);
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

/// All of an installation but the environments of other projects.
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

/// The interpreter that runs a script: of `#!/x/python`, or of the form for long paths,
/// `'''exec' /x/python "$0" "$@"` behind `#!/bin/sh`.
std::optional<AbsPath> interpreter_of(std::string_view script) {
  if (!script.starts_with("#!")) return {};
  const std::string_view first = script.substr(2, script.find('\n') - 2);
  std::string_view word = first.substr(0, first.find(' '));
  constexpr std::string_view relay = "'''exec' ";
  if (const std::size_t at = script.find(relay); word == "/bin/sh" && at != std::string_view::npos) {
    word = script.substr(at + relay.size());
    const char end = word.starts_with('"') ? '"' : ' ';
    if (end == '"') word.remove_prefix(1);
    word = word.substr(0, word.find(end));
  }
  return AbsPath::parse(word);
}

std::string first_word(const base::Result<std::string>& text) {
  return text ? text->substr(0, text->find_first_of(" \t\r\n:")) : std::string();
}

bool is_name(std::string_view text) {
  const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' || c == '+'; };
  return !text.empty() && text.front() != '.' && text.size() < 128 && std::all_of(text.begin(), text.end(), good);
}

} // namespace

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

bool expose_installation_of(Lowering& lowering, const AbsPath& path, const Origin& origin, Leads leads) {
  base::Fs& fs = lowering.in.fs;
  for (const Manager& manager : managers) {
    const AbsPath base = place_of(lowering, manager.directory);
    if (!path.is_under(base) || (manager.tools && leads != Leads::launcher)) continue;
    const std::string inner = path == base ? "" : path.relative_to(base);
    AbsPath installation = base;
    unsigned left = manager.depth;
    for (const std::string_view name : base::split(inner, '/'))
      if (left > 0 && !name.empty()) {
        installation = installation / name;
        --left;
      }
    if (left > 0) continue;
    // What lies in an environment of somebody's project leads nowhere: the base is not what it needs.
    if (path.is_strictly_under(installation))
      for (const char* name : of_other_projects)
        if (path.is_under(installation / name)) return false;
    const auto resolved = visible(lowering, installation);
    // A version may be a link to another of the same manager (3.11 -> 3.11.4): not out of it, and not to an environment
    // further down (pyenv-virtualenv: lab -> 3.11.4/envs/lab).
    const auto real_base = resolve(fs, base);
    if (!resolved || resolved->kind != Kind::directory || !real_base || !resolved->path.is_under(real_base->path)) return false;
    const std::string real = resolved->path == real_base->path ? "" : resolved->path.relative_to(real_base->path);
    if (static_cast<unsigned>(std::count(real.begin(), real.end(), '/')) + (real.empty() ? 0 : 1) != manager.depth) return false;
    if (!manager.tools && (is_environment(fs, resolved->path) || fs.kind(resolved->path / "bin") != Kind::directory)) return false;
    expose_tree(lowering, *resolved, origin);
    // The base of a tool's environment is an interpreter, which has no base: two steps at most.
    if (manager.tools) expose_base_of(lowering, resolved->path, origin);
    return true;
  }
  return false;
}

void expose_base_of(Lowering& lowering, const AbsPath& environment, const Origin& origin) {
  const auto config = lowering.in.fs.read(environment / "pyvenv.cfg", 16 * 1024);
  if (!config) return;
  for (const std::string_view line : base::split(*config, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, equals);
    if (key != "home" && key != "home ") continue;
    std::size_t start = equals + 1;
    while (start < line.size() && line[start] == ' ') ++start;
    if (const auto home = AbsPath::parse(line.substr(start))) expose_installation_of(lowering, *home, origin, Leads::text);
    return;
  }
}

void expose_launcher(Lowering& lowering, std::string_view program, const Origin& origin) {
  base::Fs& fs = lowering.in.fs;
  for (const char* directory : launcher_directories) {
    const AbsPath launcher = lowering.in.places.home / directory / program;
    if (fs.kind(launcher) == Kind::absent) continue;
    const auto resolved = visible(lowering, launcher);
    if (!resolved || resolved->kind != Kind::file) continue;
    lowering.add_aliases(*resolved, origin);
    if (!expose_installation_of(lowering, resolved->path, origin, Leads::launcher)) lowering.add(Access::read_only, resolved->path, origin);
    const auto text = fs.read(resolved->path, 4096);
    const auto interpreter = text ? interpreter_of(*text) : std::nullopt;
    if (interpreter) expose_installation_of(lowering, *interpreter, origin, Leads::launcher);
    return;
  }
}

void expose_named_interpreter(Lowering& lowering, const Recogniser& recogniser) {
  if (!recogniser.project_has(".python-version")) return;
  const AbsPath versions = lowering.in.places.home / ".pyenv/versions";
  const std::string version = first_word(lowering.in.fs.read(lowering.in.root / ".python-version", 4096));
  if (is_name(version) && lowering.in.fs.kind(versions) == Kind::directory)
    expose_installation_of(lowering, versions / version,
                           {.source = Origin::Source::tool, .where = "python", .reason = "the interpreter that the project names", .span = {}}, Leads::text);
}

} // namespace psbc::policy
