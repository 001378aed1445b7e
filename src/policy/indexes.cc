// SPDX-License-Identifier: MIT
// Package indexes of the user's own settings: each tool inside asks where it asks outside, without the password, or
// nothing is entered (THREATS B14). The files are copies in the private HOME, made anew at every entry.
#include <algorithm>

#include "base/text.h"
#include "config/load.h"
#include "policy/index_files.h"
#include "policy/project_indexes.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

struct SettingsFile {
  const char* tool;     // whose: a row of the tool table that must be recognised; nullptr: always
  const char* variable; // that names the file, nullptr when none does
  const char* base;     // "config": $XDG_CONFIG_HOME, "home"
  const char* path;     // relative to it, and below HOME inside
  Syntax syntax;
};

// Where each tool looks, beside /etc, which is visible inside as it is.
constexpr SettingsFile files[] = {
    {nullptr, nullptr, "home", ".pip/pip.conf", Syntax::ini},
    {nullptr, nullptr, "config", "pip/pip.conf", Syntax::ini},
    {nullptr, "PIP_CONFIG_FILE", "config", "psbc/pip.conf", Syntax::ini},
    {nullptr, nullptr, "config", "uv/uv.toml", Syntax::toml},
    {nullptr, "UV_CONFIG_FILE", "config", "psbc/uv.toml", Syntax::toml},
    {"conda", nullptr, "home", ".condarc", Syntax::yaml},
    {"conda", nullptr, "config", "conda/condarc", Syntax::yaml},
    {"conda", nullptr, "home", ".conda/condarc", Syntax::yaml},
    {"conda", nullptr, "home", ".mambarc", Syntax::yaml},
    {"conda", "CONDARC", "config", "psbc/condarc", Syntax::yaml},
    {"pdm", nullptr, "config", "pdm/config.toml", Syntax::toml},
};

/// True when there is a file, and it is carried.
bool carry(Lowering& lowering, const AbsPath& path, const std::string& inside, Syntax syntax) {
  const LowerInput& in = lowering.in;
  const auto resolved = resolve(in.fs, path);
  if (!resolved || resolved->kind == Kind::absent) return false;
  if (is_visible(lowering.out.rules, path) && is_visible(lowering.out.rules, resolved->path)) return false; // exposed as it is
  if (resolved->kind != Kind::file) return false; // /dev/null: no settings
  const auto text = read_index_file(lowering, path, resolved->path);
  if (!text) return false;
  if (lowering.planted(*resolved) != nullptr) {
    refuse_index_file(lowering, path, "a symlink on the way to it lies where the sandbox can write");
    return false;
  }
  const auto carried = carry_index_file(lowering, path, *text, syntax);
  if (!carried) return false;
  lowering.out.home_files.push_back({.path = inside, .content = *carried, .origin = builtin("your own package indexes, without passwords")});
  return true;
}

/// The generated file at one of these places, the one that counts first; made when there is none. Nothing where the
/// user's own file is exposed as it is.
HomeFile* settings_file(Lowering& lowering, std::initializer_list<const char*> places) {
  for (const char* place : places)
    for (HomeFile& file : lowering.out.home_files)
      if (file.path == place) return &file;
  const char* const last = std::data(places)[places.size() - 1];
  if (is_visible(lowering.out.rules, lowering.in.places.home / last)) return nullptr;
  lowering.out.home_files.push_back({.path = last, .content = "", .origin = builtin("[[python.index]]")});
  return &lowering.out.home_files.back();
}

void set_project(Lowering& lowering, const char* name, std::string value, bool beside) {
  lowering.out.variables.push_back({.name = name, .value = std::move(value), .origin = builtin("[[python.index]]"), .beside = beside});
}

/// Variables win over all files of a tool; the files are for processes that start from an empty environment.
void add_project_indexes(Lowering& lowering) {
  const ProjectIndexes indexes = indexes_of(lowering.in.project);
  if (lowering.in.project.indexes.empty()) return;
  const bool alone = !indexes.default_url.empty();
  std::string urls, named, extras;
  for (const auto& [name, url] : indexes.others) {
    urls += (urls.empty() ? "" : " ") + url;
    named += (named.empty() ? "" : " ") + name + "=" + url;
  }
  for (const HomeFile& file : lowering.out.home_files)
    if (file.path.ends_with("pip.conf"))
      if (std::string found = pip_extra_indexes(file.content); !found.empty()) extras = std::move(found); // the last one counts
  extras = urls + (urls.empty() || extras.empty() ? "" : " ") + extras;
  // pip ignores what is empty, and would ask the indexes that another file adds: the machine's, or one that a session left
  // in the environment. The same one twice is asked once.
  if (alone && extras.empty()) extras = indexes.default_url;
  if (HomeFile* const file = settings_file(lowering, {".config/psbc/pip.conf", ".config/pip/pip.conf"})) file->content = with_pip_indexes(file->content, indexes, extras);
  if (HomeFile* const file = settings_file(lowering, {".config/psbc/uv.toml", ".config/uv/uv.toml"})) file->content = with_uv_indexes(file->content, indexes);
  set_project(lowering, "PIP_EXTRA_INDEX_URL", extras, !alone);
  set_project(lowering, "UV_INDEX", named, !alone);
  const bool pdm = is_recognised(lowering, "pdm");
  if (pdm) {
    if (HomeFile* const file = settings_file(lowering, {".config/pdm/config.toml"})) file->content = with_pdm_indexes(file->content, indexes);
    std::erase_if(lowering.out.variables, [](const Variable& variable) { return variable.name == "PDM_CONFIG_FILE"; });
    set_project(lowering, "PDM_CONFIG_FILE", (lowering.in.places.home / ".config/pdm/config.toml").string(), false);
  }
  if (!alone) return;
  set_project(lowering, "PIP_INDEX_URL", indexes.default_url, false);
  set_project(lowering, "UV_DEFAULT_INDEX", indexes.default_name + "=" + indexes.default_url, false);
  set_project(lowering, "UV_INDEX_URL", indexes.default_url, false); // of older versions
  set_project(lowering, "UV_EXTRA_INDEX_URL", "", false);
  set_project(lowering, "PIPENV_PYPI_MIRROR", indexes.default_url, false);
  if (pdm) set_project(lowering, "PDM_PYPI_URL", indexes.default_url, false);
}

void set(Lowering& lowering, const char* name, std::string value) {
  lowering.out.variables.push_back({.name = name, .value = std::move(value), .origin = builtin("your own package indexes")});
}

/// A mirror that poetry's plugin asks in place of the public index; its settings are elsewhere inside.
void carry_poetry_mirror(Lowering& lowering, const AbsPath& path) {
  const auto text = lowering.in.fs.read(path, index_file_limit);
  if (!text) return;
  const diag::SourceFile source(path.string(), *text);
  const auto root = config::load_foreign(source);
  const config::Value* at = root ? &*root : nullptr;
  for (const char* key : {"plugins", "pypi_mirror", "url"}) {
    const config::Entry* entry = at != nullptr ? at->find(key) : nullptr;
    at = entry != nullptr ? &entry->value : nullptr;
  }
  if (at == nullptr || at->type != config::Type::string) return;
  std::string url;
  if (carry_addresses(at->string, url)) set(lowering, "POETRY_PYPI_MIRROR_URL", std::move(url));
  else refuse_index_file(lowering, path, "plugins.pypi_mirror.url holds a secret that is not the password of an address");
}

std::string lines(const std::vector<std::uint32_t>& numbers) {
  std::string out;
  for (const std::uint32_t number : numbers) out += (out.empty() ? (numbers.size() == 1 ? "line " : "lines ") : ", ") + std::to_string(number);
  return out;
}

} // namespace

void refuse_index_file(Lowering& lowering, const AbsPath& path, const std::string& why) {
  lowering.report(diag::Code::index_cannot_cross, diag::Severity::error, {},
                  "the package indexes of " + lowering.shown(path) + " cannot be told to the sandbox: " + why, "",
                  {"without them, tools inside would ask the public index for the names of your own packages"},
                  {"keep secrets out of that file: ~/.netrc or a keyring serve the tools outside as well"});
}

std::optional<std::string> read_index_file(Lowering& lowering, const AbsPath& path, const AbsPath& real) {
  auto text = lowering.in.fs.read(real, index_file_limit);
  if (text) return std::move(*text);
  refuse_index_file(lowering, path, text.error().code == EFBIG ? "it is longer than 64 KiB" : describe(text.error()));
  return std::nullopt;
}

std::optional<std::string> carry_index_file(Lowering& lowering, const AbsPath& path, std::string_view text, Syntax syntax, const char* note) {
  CarriedSettings carried = carry_settings(text, syntax, !has_default_index(lowering));
  if (!carried.secrets.empty()) {
    refuse_index_file(lowering, path, lines(carried.secrets) + " holds a secret that is not the password of an address");
    return std::nullopt;
  }
  if (!carried.unclear.empty()) {
    refuse_index_file(lowering, path, lines(carried.unclear) + " is no setting that psbc can read");
    return std::nullopt;
  }
  std::vector<std::string> notes;
  if (!carried.passwords.empty()) notes.push_back(lines(carried.passwords) + ": the index is asked without its user and password");
  if (note != nullptr) notes.emplace_back(note);
  if (!notes.empty())
    lowering.report(diag::Code::index_password_withheld, diag::Severity::warning, {}, "passwords in " + lowering.shown(path) + " stay outside", "", std::move(notes),
                    {"an index that asks for one refuses tools inside; they do not ask the public index instead"});
  return std::move(carried.text);
}

bool has_default_index(const Lowering& lowering) {
  const auto& all = lowering.in.project.indexes;
  return std::any_of(all.begin(), all.end(), [](const config::Index& index) { return index.is_default.value; });
}

bool is_recognised(const Lowering& lowering, const char* tool) {
  if (tool == nullptr) return true;
  for (const std::string& id : lowering.out.tools)
    if (id == tool) return true;
  return false;
}

void lower_indexes(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  const AbsPath settings = in.places.config.parent(); // $XDG_CONFIG_HOME
  for (const SettingsFile& file : files) {
    if (!is_recognised(lowering, file.tool)) continue;
    const bool in_settings = std::string_view(file.base) == "config";
    const std::string inside = (in_settings ? ".config/" : "") + std::string(file.path);
    if (file.variable == nullptr) {
      const bool carried = carry(lowering, (in_settings ? settings : in.places.home) / file.path, inside, file.syntax);
      if (carried && file.tool != nullptr && std::string_view(file.tool) == "pdm")
        set(lowering, "PDM_CONFIG_FILE", (in.places.home / inside).string());
      continue;
    }
    const auto value = in.env.get(file.variable);
    if (!value || value->empty()) continue;
    const auto path = AbsPath::parse(*value);
    if (!path) {
      lowering.report(diag::Code::index_cannot_cross, diag::Severity::error, {}, std::string(file.variable) + " names its file by a relative path", "",
                      {"another directory has another file there, or none: then tools would ask the public index"},
                      {"set it to an absolute path, or unset it"});
      continue;
    }
    const bool carried = carry(lowering, *path, inside, file.syntax);
    set(lowering, file.variable, carried ? (in.places.home / inside).string() : path->string());
  }
  if (is_recognised(lowering, "poetry")) carry_poetry_mirror(lowering, settings / "pypoetry/config.toml");
  lower_system_indexes(lowering);
  add_project_indexes(lowering);
  // Of an environment that was made outside: its own settings are hidden when they hold a secret.
  const AbsPath site = lowering.out.environment / "pip.conf";
  for (const Rule& rule : lowering.out.rules)
    if (rule.access == Access::hidden && rule.path == site) refuse_index_file(lowering, site, "it holds a secret");
}

} // namespace psbc::policy
