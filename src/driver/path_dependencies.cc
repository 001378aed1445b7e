// SPDX-License-Identifier: MIT
#include "driver/path_dependencies.h"

#include "base/text.h"

namespace psbc::driver {

using config::Entry;
using config::Type;
using config::Value;

namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// How tools write "the directory of this project" in a URL.
constexpr std::string_view own_directory[] = {"{root:uri}/", "{root:uri}", "file:///${PROJECT_ROOT}/", "file://${PROJECT_ROOT}/"};

/// The path in `name @ file:///x`, `file:x`, or a URL that starts at the project; empty when there is none.
std::string path_in_url(std::string_view requirement) {
  std::string_view url = trim(requirement);
  if (const std::size_t at = url.find(" @ "); at != std::string_view::npos) url = trim(url.substr(at + 3));
  else if (const std::size_t glued = url.find("@file:"); glued != std::string_view::npos) url = url.substr(glued + 1);
  url = url.substr(0, url.find_first_of("#; "));
  for (const std::string_view own : own_directory)
    if (url.starts_with(own)) return std::string(url.substr(own.size()));
  for (const std::string_view scheme : {"file://localhost/", "file:///"})
    if (url.starts_with(scheme)) return "/" + std::string(url.substr(scheme.size()));
  return url.starts_with("file:") && !url.starts_with("file://") ? std::string(url.substr(5)) : "";
}

class Collector {
 public:
  /// A requirement in text: `name @ URL`, `-e URL`.
  void requirement(const Value& value, const std::string& why) {
    if (value.type != Type::string) return;
    std::string_view text = trim(value.string);
    if (text.starts_with("-e ")) text = trim(text.substr(3));
    add(path_in_url(text), why);
  }
  /// A list of requirements; a table of such lists.
  void requirements(const Value* value, const std::string& why) {
    if (value == nullptr) return;
    for (const Value& item : value->items) requirement(item, why);
    for (const Entry& entry : value->entries) requirements(&entry.value, why);
  }
  /// `name = { path = "../x" }`, or a list of such tables for several platforms.
  void tables(const Value* value, const std::string& why) {
    if (value == nullptr) return;
    for (const Entry& entry : value->entries) table(entry.value, why);
  }
  std::vector<PathDependency> found;

 private:
  void table(const Value& value, const std::string& why) {
    if (const Entry* path = value.find("path"); path != nullptr && path->value.type == Type::string) add(path->value.string, why);
    for (const Value& item : value.items) table(item, why);
  }
  void add(std::string path, const std::string& why) {
    if (!path.empty()) found.push_back({.path = std::move(path), .why = why});
  }
};

const Value* at(const Value& root, std::string_view dotted) {
  const Value* value = &root;
  for (const std::string_view part : base::split(dotted, '.')) {
    const Entry* entry = value->find(part);
    if (entry == nullptr) return nullptr;
    value = &entry->value;
  }
  return value;
}

std::vector<std::string> strings(const Value* list) {
  std::vector<std::string> out;
  if (list == nullptr) return out;
  for (const Value& item : list->items)
    if (item.type == Type::string) out.push_back(item.string);
  return out;
}

} // namespace

std::vector<PathDependency> path_dependencies(const Value& file) {
  struct Place {
    const char* path;
    bool tables; // of `{ path = ... }`, otherwise lists of requirements
  };
  constexpr Place places[] = {
      {"project.dependencies", false},      {"project.optional-dependencies", false}, {"dependency-groups", false},
      {"tool.uv.sources", true},            {"tool.uv.dev-dependencies", false},      {"tool.pdm.dev-dependencies", false},
      {"tool.poetry.dependencies", true},   {"tool.poetry.dev-dependencies", true},   {"packages", true},
      {"dev-packages", true},
  };
  Collector collect;
  for (const Place& place : places) {
    const std::string why = std::string("[") + place.path + "]";
    if (place.tables) collect.tables(at(file, place.path), why);
    else collect.requirements(at(file, place.path), why);
  }
  if (const Value* groups = at(file, "tool.poetry.group"))
    for (const Entry& group : groups->entries) collect.tables(at(group.value, "dependencies"), "[tool.poetry.group]");
  if (const Value* envs = at(file, "tool.hatch.envs"))
    for (const Entry& env : envs->entries)
      for (const char* list : {"dependencies", "extra-dependencies"}) collect.requirements(at(env.value, list), "[tool.hatch.envs]");
  return std::move(collect.found);
}

std::vector<PathDependency> requirement_paths(std::string_view text, const std::string& name) {
  std::vector<PathDependency> out;
  for (std::string_view line : base::split(text, '\n')) {
    line = trim(line);
    line = trim(line.substr(0, line.starts_with('#') ? 0 : line.find(" #")));
    bool is_path = line.starts_with("./") || line.starts_with("../") || line.starts_with('/');
    for (const std::string_view option : {"-e", "--editable", "-r", "--requirement", "-c", "--constraint"}) {
      if (!line.starts_with(option) || line.size() == option.size()) continue;
      const char next = line[option.size()];
      if (next != ' ' && next != '=' && next != '\t') continue;
      line = trim(line.substr(option.size() + 1));
      is_path = line.find(':') == std::string_view::npos; // no URL
      break;
    }
    std::string path = path_in_url(line);
    if (path.empty() && is_path) path = line.substr(0, line.find_first_of("[;"));
    path = trim(path);
    if (!path.empty()) out.push_back({.path = std::move(path), .why = name});
  }
  return out;
}

UvWorkspace uv_workspace(const Value& pyproject) {
  const Value* table = at(pyproject, "tool.uv.workspace");
  if (table == nullptr) return {};
  return {.exists = true, .members = strings(at(*table, "members")), .exclude = strings(at(*table, "exclude"))};
}

} // namespace psbc::driver
