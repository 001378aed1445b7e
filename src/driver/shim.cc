// SPDX-License-Identifier: MIT
#include "driver/shim.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/private_dir.h"
#include "base/text.h"
#include "driver/compile.h"
#include "driver/registry.h"
#include "emit/enter_plan.h"
#include "trace/store.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;
using base::PrivateDir;
using base::Status;

namespace {

constexpr const char* record_name = "shim";       // what the shim belongs to
constexpr const char* links_name = "links";       // of --at, one path a line
constexpr const char* config_file = "pyvenv.cfg"; // by which editors know an environment
constexpr std::size_t record_limit = 32768;
constexpr std::size_t longest_first_line = 127; // what Linux before 5.1 reads of a script

/// What editors, Makefiles and people call by path. Sorted.
constexpr auto programs = std::to_array<std::string_view>({
    "alembic",  "bandit",       "black",       "celery",
    "coverage", "django-admin", "flake8",      "flask",
    "gunicorn", "hatch",        "ipython",     "ipython3",
    "isort",    "jupyter",      "jupyter-lab", "jupyter-notebook",
    "mkdocs",   "mypy",         "nox",         "pdm",
    "pip",      "pip3",         "poetry",      "pre-commit",
    "py.test",  "pylint",       "pyright",     "pytest",
    "python",   "python3",      "ruff",        "sphinx-build",
    "tox",      "twine",        "uv",          "uvicorn",
    "yapf",
});
static_assert(std::is_sorted(programs.begin(), programs.end()));

base::Error refused(std::string operation, const AbsPath& path, std::string cause, std::string hint) {
  return {.operation = std::move(operation),
          .object = path.string(),
          .cause = std::move(cause),
          .hint = std::move(hint)};
}

bool is_version(std::string_view text) {
  return !text.empty() && text.size() <= 16 && text.front() != '.' && text.back() != '.' &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

/// "3.11.2" of the environment's own pyvenv.cfg, when it says one; anybody inside may have written that.
std::string version_of(base::Fs& fs, const AbsPath& environment) {
  const auto text = fs.read(environment / config_file, record_limit);
  if (!text) return {};
  for (const std::string_view line : base::split(*text, '\n')) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto trim = [](std::string_view part) {
      const std::size_t first = part.find_first_not_of(" \t\r");
      return first == std::string_view::npos ? std::string_view()
                                             : part.substr(first, part.find_last_not_of(" \t\r") - first + 1);
    };
    const std::string_view key = trim(line.substr(0, equals)), value = trim(line.substr(equals + 1));
    if ((key == "version" || key == "version_info") && is_version(value)) return std::string(value);
  }
  return {};
}

/// `home` is where tools look for the interpreter that the environment was made of: never what code inside wrote there.
std::string venv_config(const ShimRequest& request, const AbsPath& directory, const std::string& version) {
  std::string out = "home = " + (directory / "bin").string() + "\ninclude-system-site-packages = false\n";
  if (!version.empty()) out += "version = " + version + "\n";
  return out + "prompt = " + request.name + "\n";
}

class Writer {
 public:
  explicit Writer(const PrivateDir& directory) : directory_(directory) {}

  Status file(const std::string& name, std::string_view bytes, mode_t mode) {
    const auto old = directory_.read(name, record_limit);
    if (old && old->bytes == bytes && old->mode == mode) return base::ok();
    const std::string temporary = "." + name + ".new";
    TRY(directory_.remove(temporary));
    TRY(directory_.create(temporary, bytes, mode));
    // rename(2) does not replace a directory.
    if (!old && old.error().code == EISDIR) TRY(directory_.remove(name));
    TRY(directory_.rename(temporary, name));
    changed_ = true;
    return base::ok();
  }

  Status link(const std::string& name, const std::string& target) {
    const auto old = directory_.target(name);
    if (old && *old == target) return base::ok();
    TRY(directory_.point(name, target));
    changed_ = true;
    return base::ok();
  }

  Status only(const std::vector<std::string>& names) {
    TRY_ASSIGN(const std::vector<std::string> there, directory_.names());
    for (const std::string& name : there)
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        TRY(directory_.remove(name));
        changed_ = true;
      }
    return base::ok();
  }

  bool changed() const { return changed_; }

 private:
  const PrivateDir& directory_;
  bool changed_ = false;
};

/// A link by which an editor finds the shim, in a place that a sandbox can write, would lead to whatever code inside
/// puts there: the attack that the shim is against.
Status check_link_place(base::Fs& fs, const ShimRequest& request, const AbsPath& at) {
  constexpr const char* hint = "choose a place outside of all projects, such as ~/shims/NAME";
  TRY_ASSIGN(const base::Resolved parent, resolve(fs, at.parent()));
  std::vector<AbsPath> ways{parent.path};
  for (const base::Resolved::Link& link : parent.links) ways.push_back(link.link);
  TRY_ASSIGN(const auto known, known_projects(fs, request.places));
  for (const AbsPath& way : ways) {
    TRY_ASSIGN(const auto project, find_project(fs, way));
    if (project || way.is_under(request.project.root))
      return refused("make the link", at,
                     "it lies in a project, whose sandbox could put something else there", hint);
    if (way.is_under(request.places.data) || way.is_under(request.places.state) ||
        way.is_under(request.places.temporary))
      return refused("make the link", at, "psbc keeps what sandboxes use there", hint);
    for (const KnownProject& other : known) {
      const auto bytes = fs.read(request.places.build(other.id) / "current" / plan_file, 8U << 20U);
      const auto plan = bytes ? emit::parse_enter_plan(*bytes) : std::nullopt;
      for (const std::string& writable : plan ? plan->writable : std::vector<std::string>())
        if (const auto path = AbsPath::parse(writable); path && way.is_under(*path))
          return refused("make the link", at,
                         "the sandbox `" + base::escape(other.name) + "` can write there", hint);
    }
  }
  return base::ok();
}

/// Says true when the link is new.
base::Result<bool> make_link(base::Fs& fs, const AbsPath& at, const AbsPath& directory) {
  const Kind kind = fs.kind(at);
  if (kind == Kind::symlink)
    if (const auto target = fs.target(at); target && *target == directory.string()) return false;
  if (kind != Kind::absent)
    return refused("make the link", at, "something else is there", "move it away, or choose another place");
  if (symlink(directory.c_str(), at.c_str()) != 0) return base::system_error("make the link", at.string());
  return true;
}

std::vector<AbsPath> links_of(const PrivateDir& shim, const AbsPath& directory) {
  std::vector<AbsPath> out;
  const auto text = shim.read(links_name, record_limit);
  base::RealFs fs;
  for (const std::string_view line : text ? base::split(text->bytes, '\n') : std::vector<std::string_view>())
    if (const auto path = AbsPath::parse(line); path && std::find(out.begin(), out.end(), *path) == out.end())
      if (const auto target = fs.target(*path); target && *target == directory.string()) out.push_back(*path);
  return out;
}

} // namespace

bool is_shim_program(std::string_view name) {
  for (const std::string_view stem : {"python3.", "pip3."})
    if (name.starts_with(stem)) return is_version(name.substr(stem.size()));
  return std::binary_search(programs.begin(), programs.end(), name);
}

std::string serialise(const ShimRecord& record) {
  std::string out;
  for (const AbsPath& path : {record.root, record.state, record.data, record.config, record.envs})
    out += path.string() + "\n";
  return out;
}

std::optional<ShimRecord> parse_shim_record(std::string_view bytes) {
  std::vector<AbsPath> paths;
  for (const std::string_view line : base::split(bytes, '\n'))
    if (const auto path = AbsPath::parse(line)) paths.push_back(*path);
  if (paths.size() != 5) return std::nullopt;
  return ShimRecord{
      .root = paths[0], .state = paths[1], .data = paths[2], .config = paths[3], .envs = paths[4]};
}

base::Result<Shim> write_shim(base::Fs& fs, const ShimRequest& request) {
  const policy::Places& places = request.places;
  const AbsPath directory = places.shim(policy::project_id(request.project.root));
  Shim shim{.directory = directory, .programs = {}, .links = {}};

  const AbsPath bin = request.environment / "bin";
  const auto names = fs.names(bin);
  if (names)
    for (const std::string& name : *names)
      if (is_shim_program(name)) shim.programs.push_back(name);
  if (std::find(shim.programs.begin(), shim.programs.end(), "python") == shim.programs.end())
    return refused("make a shim for", request.environment, "there is no environment yet",
                   "make it first: psbc run -- python3 -m venv " +
                       base::escape(base::display_path(request.environment, places.home)));

  const std::string first_line = "#!" + request.self.string() + " shim-exec\n";
  if (first_line.size() > longest_first_line ||
      request.self.string().find_first_of(" \t") != std::string::npos)
    return refused("make a shim with", request.self,
                   "a script's first line cannot name it: it is too long, or has a space",
                   "install psbc in /usr/local/bin");
  if (request.at) TRY(check_link_place(fs, request, *request.at));
  for (const AbsPath& path : {request.project.root, places.state, places.data, places.config, places.envs})
    if (path.string().find('\n') != std::string::npos)
      return refused("make a shim for", path, "its name has a line break", "rename it");

  TRY_ASSIGN(const PrivateDir top, PrivateDir::make(directory));
  TRY_ASSIGN(const PrivateDir bin_of_shim, top.make("bin"));
  Writer in_top(top), in_bin(bin_of_shim);
  const ShimRecord record{.root = request.project.root,
                          .state = places.state.parent(),
                          .data = places.data.parent(),
                          .config = places.config.parent(),
                          .envs = places.envs};
  TRY(in_top.file(record_name, serialise(record), 0600));
  TRY(in_top.file(config_file, venv_config(request, directory, version_of(fs, request.environment)), 0600));
  // Packages, for what editors read without running it.
  const auto real = resolve(fs, request.environment);
  TRY(in_top.link("lib", ((real ? real->path : request.environment) / "lib").string()));
  for (const std::string& name : shim.programs) TRY(in_bin.file(name, first_line, 0700));
  TRY(in_bin.only(shim.programs));

  shim.links = links_of(top, directory);
  if (request.at) {
    // First the record, so that a link is never left behind unknown.
    if (std::find(shim.links.begin(), shim.links.end(), *request.at) == shim.links.end())
      shim.links.push_back(*request.at);
    std::string lines;
    for (const AbsPath& link : shim.links) lines += link.string() + "\n";
    TRY(in_top.file(links_name, lines, 0600));
    TRY_ASSIGN(const bool made, make_link(fs, *request.at, directory));
    shim.changed = made;
  }
  shim.changed = shim.changed || in_top.changed() || in_bin.changed();
  return shim;
}

base::Result<std::vector<AbsPath>> files_of_shim(const policy::Places& places, const std::string& id) {
  const AbsPath directory = places.shim(id);
  const auto shim = PrivateDir::open(directory);
  if (!shim && shim.error().code == ENOENT) return std::vector<AbsPath>();
  if (!shim) return shim.error();
  std::vector<AbsPath> out = links_of(*shim, directory);
  out.push_back(directory);
  return out;
}

base::Result<std::vector<AbsPath>> remove_shim(const policy::Places& places, const std::string& id) {
  TRY_ASSIGN(std::vector<AbsPath> files, files_of_shim(places, id));
  if (files.empty()) return files;
  for (std::size_t n = 0; n + 1 < files.size(); ++n)
    if (unlink(files[n].c_str()) != 0) return base::system_error("remove", files[n].string());
  TRY_ASSIGN(const PrivateDir all, PrivateDir::open(files.back().parent()));
  TRY(all.remove(std::string(files.back().name())));
  return files;
}

base::Result<ShimCall> read_shim_call(const std::string& script) {
  const base::Error broken{.operation = "find what to run for",
                           .object = script,
                           .code = 0,
                           .cause = "it is no program of a shim, or the shim is damaged",
                           .hint = "make it again, in the project: psbc shim"};
  const auto program = base::real_path(script);
  if (!program || program->parent().name() != "bin") return broken;
  const auto shim = PrivateDir::open(program->parent().parent());
  const auto bytes = shim ? shim->read(record_name, record_limit) : base::Result<PrivateDir::Content>(broken);
  const auto record = bytes ? parse_shim_record(bytes->bytes) : std::nullopt;
  if (!record) return broken;
  return ShimCall{.record = *record, .program = *program};
}

} // namespace psbc::driver
