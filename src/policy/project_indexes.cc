// SPDX-License-Identifier: MIT
// Facts: pip "Configuration" (the last file wins, `extra-index-url` takes one address per line), uv "Package indexes"
// (`[[index]]`, the first one that has a name of a package is the only one asked for it), pdm "Configurations"
// (`pypi.url`, `pypi.<name>.url`).
#include "policy/project_indexes.h"

#include "base/catalogue.h"
#include "base/text.h"
#include "policy/index_settings.h"

namespace psbc::policy {
namespace {

/// The one user name that a service takes beside a token. Azure takes any; the name is that of its own keyring plugin.
std::string_view user_of_host(std::string_view host) {
  const auto has = [&](std::string_view part, std::string_view end) { return host.find(part) != std::string_view::npos && host.ends_with(end); };
  if (has(".d.codeartifact.", ".amazonaws.com") || has(".codeartifact.", ".on.aws")) return "aws";
  if (host.ends_with("-python.pkg.dev")) return "oauth2accesstoken"; // Google Artifact Registry
  if (host == "dl.cloudsmith.io") return "token";
  if (host == "pkgs.dev.azure.com" || host.ends_with(".pkgs.visualstudio.com")) return "VssSessionToken";
  return {};
}

std::string addresses_in(std::string_view line) {
  std::string out;
  for (const std::string_view word : base::split(line, ' '))
    if (word.find("://") != std::string_view::npos) out += (out.empty() ? "" : " ") + std::string(word.substr(word.find_first_not_of("=:\t")));
  return out;
}

std::string table_of(const std::string& header, std::string_view name, std::string_view url, bool is_default) {
  return header + "\n" + (name.empty() ? "" : "name = \"" + std::string(name) + "\"\n") + "url = \"" + std::string(url) + "\"\n" +
         (is_default ? "default = true\n" : "");
}

} // namespace

ProjectIndexes indexes_of(const config::ProjectConfig& project) {
  ProjectIndexes out;
  for (const config::Index& index : project.indexes) {
    if (!index.is_default.value) {
      out.others.push_back({.name = index.name.value, .url = index.url.value});
      continue;
    }
    out.default_name = index.name.value;
    out.default_url = index.url.value;
  }
  return out;
}

std::string pip_extra_indexes(std::string_view pip_conf) {
  std::string out;
  bool is_inside = false;
  for (const SettingLine& line : setting_lines(pip_conf, Syntax::ini)) {
    if (!line.is_continued) is_inside = line.name == "extra-index-url";
    if (const std::string found = is_inside ? addresses_in(line.text) : ""; !found.empty()) out += (out.empty() ? "" : " ") + found;
  }
  return out;
}

std::string with_pip_indexes(std::string_view text, const ProjectIndexes& indexes, const std::string& extras) {
  std::string ours = indexes.default_url.empty() ? "" : "index-url = " + indexes.default_url + "\n";
  if (!extras.empty()) ours += "extra-index-url =\n";
  for (const std::string_view url : base::split(extras, ' '))
    if (!url.empty()) ours += "    " + std::string(url) + "\n";
  std::string out;
  bool is_inside = false, is_placed = false;
  for (const SettingLine& line : setting_lines(text, Syntax::ini)) {
    if (!line.is_continued) is_inside = line.name == "extra-index-url";
    if (is_inside) continue;
    out += std::string(line.text) + "\n";
    if (line.text != "[global]" || is_placed) continue;
    out += ours;
    is_placed = true;
  }
  return is_placed ? out : out + "[global]\n" + ours;
}

std::string with_uv_indexes(const std::string& text, const ProjectIndexes& indexes) {
  // Tables may follow one another, not one that is written in line as well; UV_INDEX says the same.
  for (const SettingLine& line : setting_lines(text, Syntax::toml))
    if (line.name == "index") return text;
  std::string ours;
  for (const auto& [name, url] : indexes.others) ours += table_of("[[index]]", name, url, false);
  if (!indexes.default_url.empty()) ours += table_of("[[index]]", indexes.default_name, indexes.default_url, true);
  const std::size_t header = text.starts_with('[') ? 0 : text.find("\n[");
  const std::size_t at = header == std::string::npos ? text.size() : header == 0 ? 0 : header + 1;
  return text.substr(0, at) + ours + text.substr(at);
}

std::string with_pdm_indexes(const std::string& text, const ProjectIndexes& indexes) {
  std::string out = text;
  if (!indexes.default_url.empty()) out += table_of("[pypi]", "", indexes.default_url, false);
  for (const auto& [name, url] : indexes.others)
    if (const std::string header = "[pypi." + name + "]"; text.find(header) == std::string::npos) out += table_of(header, "", url, false);
  return out;
}

std::string_view index_login(std::string_view host, std::string_view token) {
  if (const std::string_view user = user_of_host(host); !user.empty()) return user;
  for (std::size_t i = 0; i < base::git_login_count(); ++i) // GitLab wants its job token under one name, there as here
    if (const base::GitLogin login = base::git_login(i); login.variable == token) return login.user;
  return "__token__"; // as PyPI: GitLab, devpi and others take any
}

} // namespace psbc::policy
