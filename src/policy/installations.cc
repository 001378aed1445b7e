// SPDX-License-Identifier: MIT
#include "policy/installations.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "policy/withhold.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

struct Manager {
  const char* directory; // relative to HOME, or absolute
  unsigned depth;        // how many components below it make one installation
  bool conda = false;    // a base with environments in `envs`
};
constexpr Manager managers[] = {
    {".asdf/installs", 2},
    {".conda/envs", 1},
    {".local/pipx/venvs", 1},
    {".local/share/hatch/pythons", 1},
    {".local/share/mise/installs", 2},
    {".local/share/pdm/python", 1},
    {".local/share/pipx/venvs", 1},
    {".local/share/pypoetry/venv", 0},
    {".local/share/uv/python", 1},
    {".local/share/uv/tools", 1},
    {".pixi/envs", 1},
    {".pyenv/versions", 1},
    {"anaconda3", 0, true},
    {"mambaforge", 0, true},
    {"miniconda3", 0, true},
    {"miniforge3", 0, true},
    {"/opt/conda", 0, true},
    {"/opt/miniconda3", 0, true},
    {"/opt/miniforge3", 0, true},
};

// Where launchers of a single user's tools are.
constexpr const char* launcher_directories[] = {".local/bin", "bin", ".cargo/bin", ".pixi/bin", "miniconda3/bin", "miniforge3/bin"};

// In a conda base and in a pyenv version: environments of other projects, and their packages.
constexpr const char* of_other_projects[] = {"envs", "pkgs"};

// Files of an installation in which people keep tokens now and then: index URLs, channels.
constexpr const char* settings_of_installations[] = {".condarc", "condarc", "etc/pip.conf", "pip.conf"};
// Variables of an environment, which is what secrets are in (`conda env config vars set`, env_vars.sh). A
// session can name any environment in environment.yml, and nothing inside runs or reads these.
constexpr const char* variables_of_environments[] = {"conda-meta/state", "etc/conda/activate.d", "etc/conda/deactivate.d"};

constexpr std::size_t settings_limit = 128;    // files of a directory with settings
constexpr unsigned settings_depth = 4;

AbsPath place_of(const Lowering& lowering, std::string_view path) {
  return path.starts_with('/') ? AbsPath::literal(path) : lowering.in.places.home / path;
}

bool has_secret(Lowering& lowering, const AbsPath& path) {
  const auto text = lowering.in.fs.kind(path) == Kind::file ? lowering.in.fs.read(path, scan_limit) : base::Result<std::string>(base::Error{});
  return text && withhold(lowering, path, *text, " and stays outside");
}

void hide_secrets(Lowering& lowering, const AbsPath& installation) {
  for (const char* name : settings_of_installations)
    if (has_secret(lowering, installation / name))
      lowering.add(Access::hidden, installation / name, builtin("it holds what looks like a secret"));
  for (const char* name : variables_of_environments)
    if (const auto resolved = resolve(lowering.in.fs, installation / name); resolved && resolved->kind != Kind::absent)
      lowering.add(Access::hidden, resolved->path, builtin("variables of an environment are where secrets are"));
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

/// All of an installation but the environments of other projects.
void expose_tree(Lowering& lowering, const base::Resolved& resolved, const Origin& origin) {
  base::Fs& fs = lowering.in.fs;
  const auto holds = [&](const char* name) { return fs.kind(resolved.path / name) == Kind::directory; };
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

void expose_settings(Lowering& lowering, const AbsPath& path, const Origin& origin, unsigned depth, std::size_t& left) {
  if (left == 0 || depth > settings_depth) return;
  if (lowering.in.fs.kind(path) == Kind::directory) {
    if (const auto names = lowering.in.fs.names(path))
      for (const std::string& name : *names)
        if (name != ".git") expose_settings(lowering, path / name, origin, depth + 1, left);
  } else {
    --left;
    if (has_secret(lowering, path)) lowering.add(Access::hidden, path, builtin("it holds what looks like a secret"));
  }
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

/// `name: lab` of an environment.yml.
std::string environment_name(std::string_view text) {
  for (std::string_view line : base::split(text, '\n')) {
    if (!line.starts_with("name:")) continue;
    line.remove_prefix(5);
    while (!line.empty() && (line.front() == ' ' || line.front() == '"' || line.front() == '\'')) line.remove_prefix(1);
    return std::string(line.substr(0, line.find_first_of(" \r\t\"'#")));
  }
  return {};
}

} // namespace

void expose_place(Lowering& lowering, const ToolPlace& place, const Origin& origin) {
  const AbsPath path = place_of(lowering, place.path);
  const auto resolved = visible(lowering, path);
  if (!resolved) return;
  if (place.kind != ToolPlace::Kind::settings) return expose_tree(lowering, *resolved, origin);
  if (resolved->kind == Kind::file) {
    if (!has_secret(lowering, resolved->path)) expose(lowering, *resolved, origin);
    return;
  }
  expose(lowering, *resolved, origin);
  std::size_t left = settings_limit;
  expose_settings(lowering, resolved->path, origin, 0, left);
}

bool expose_installation_of(Lowering& lowering, const AbsPath& path, const Origin& origin) {
  for (const Manager& manager : managers) {
    const AbsPath base = place_of(lowering, manager.directory);
    if (!path.is_under(base)) continue;
    const std::string inner = path == base ? "" : path.relative_to(base);
    AbsPath installation = base;
    if (manager.depth > 0) {
      unsigned left = manager.depth;
      for (const std::string_view name : base::split(inner, '/'))
        if (left > 0 && !name.empty()) {
          installation = installation / name;
          --left;
        }
      if (left > 0) continue;
    } else if (inner.starts_with("envs/")) {
      // One environment of a conda base: it needs nothing of the base.
      const std::size_t end = inner.find('/', 5);
      installation = base / inner.substr(0, end);
    }
    const auto resolved = visible(lowering, installation);
    // A version may be a link to another of the same manager (3.11 -> 3.11.4), not out of it.
    const auto real_base = resolve(lowering.in.fs, base);
    if (!resolved || resolved->kind != Kind::directory || !real_base || !resolved->path.is_under(real_base->path)) return false;
    expose_tree(lowering, *resolved, origin);
    expose_base_of(lowering, resolved->path, origin);
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
    const auto home = AbsPath::parse(line.substr(start));
    // An environment whose base is itself would be looked at for ever.
    if (home && !home->is_under(environment)) expose_installation_of(lowering, *home, origin);
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
    if (!expose_installation_of(lowering, resolved->path, origin)) lowering.add(Access::read_only, resolved->path, origin);
    const auto text = fs.read(resolved->path, 4096);
    const auto interpreter = text ? interpreter_of(*text) : std::nullopt;
    if (interpreter) expose_installation_of(lowering, *interpreter, origin);
    return;
  }
}

void expose_named_interpreters(Lowering& lowering, const Recogniser& recogniser) {
  base::Fs& fs = lowering.in.fs;
  const AbsPath& home = lowering.in.places.home;
  const Origin origin{.source = Origin::Source::tool, .where = "python", .reason = "the interpreter that the project names", .span = {}};
  std::string version;
  if (recogniser.project_has(".python-version")) version = first_word(fs.read(lowering.in.root / ".python-version", 4096));
  if (is_name(version) && fs.kind(home / ".pyenv/versions") == Kind::directory)
    expose_installation_of(lowering, home / ".pyenv/versions" / version, origin);

  std::string name;
  for (const char* file : {"environment.yml", "environment.yaml"})
    if (!recogniser.project_has(file)) continue;
    else if (const auto text = fs.read(lowering.in.root / file, 1 << 20); text && name.empty()) name = environment_name(*text);
  if (!is_name(name)) return;
  const AbsPath own = lowering.out.root / "envs" / name;
  for (const Manager& manager : managers) {
    if (!manager.conda && std::string_view(manager.directory) != ".conda/envs") continue;
    const AbsPath environment = place_of(lowering, manager.directory) / (manager.conda ? "envs/" + name : name);
    if (fs.kind(environment / "conda-meta") != Kind::directory) continue;
    if (expose_installation_of(lowering, environment, origin) && fs.kind(own / "conda-meta") != Kind::directory &&
        fs.kind(lowering.out.environment / "bin/python") == Kind::absent)
      lowering.out.environment = environment;
    return;
  }
}

} // namespace psbc::policy
