// SPDX-License-Identifier: MIT
#include "policy/installations.h"

#include <algorithm>

#include "base/text.h"
#include "policy/installation_tree.h"

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
