// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/text.h"
#include "policy/tool_table.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t sign_limit = 1 << 20; // bytes of a file that is looked at

/// Does pyproject.toml hold `[table]` or `[table.x]`? A look at line starts is enough: it decides
/// which built-in row applies and nothing else.
bool has_table(std::string_view pyproject, std::string_view table) {
  for (std::string_view line : base::split(pyproject, '\n')) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t' || line.front() == '[')) line.remove_prefix(1);
    if (line.starts_with(table) && line.size() > table.size() && (line[table.size()] == ']' || line[table.size()] == '.')) return true;
  }
  return false;
}

std::string first_component(std::string_view path) {
  return std::string(path.substr(0, path.find('/')));
}

/// What the paths of all signs begin with, sorted.
std::vector<std::string> first_names(bool in_home) {
  std::vector<std::string> out;
  for (const Tool& tool : tool_table())
    for (const Sign& sign : tool.signs)
      if (!sign.path.empty() && (sign.kind == Sign::Kind::home) == in_home) out.push_back(first_component(sign.path));
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

} // namespace

Recogniser::Recogniser(base::Fs& fs, const AbsPath& project, const std::optional<AbsPath>& home)
    : fs_(fs), project_(project), home_(home), project_names_(fs.among(project, first_names(false))) {
  if (home) home_names_ = fs.among(*home, first_names(true));
}

bool Recogniser::project_has(std::string_view name) const {
  return std::binary_search(project_names_.begin(), project_names_.end(), name);
}

bool Recogniser::holds(const Sign& sign) {
  if (sign.kind == Sign::Kind::none || sign.kind == Sign::Kind::always) return sign.kind == Sign::Kind::always;
  if (sign.kind == Sign::Kind::home)
    return home_ && std::binary_search(home_names_.begin(), home_names_.end(), first_component(sign.path)) &&
           fs_.kind(*home_ / sign.path) != Kind::absent;
  if (!project_has(first_component(sign.path))) return false;
  if (sign.kind == Sign::Kind::file) return fs_.kind(project_ / sign.path) == Kind::file;
  const auto text = fs_.read(project_ / sign.path, sign_limit);
  if (!text) return false;
  return sign.kind == Sign::Kind::table ? has_table(*text, sign.text) : text->find(sign.text.view()) != std::string::npos;
}

const Sign* Recogniser::find(const Tool& tool) {
  for (const Sign& sign : tool.signs)
    if (holds(sign)) return &sign;
  return nullptr;
}

} // namespace psbc::policy
