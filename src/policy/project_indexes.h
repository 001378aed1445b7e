// SPDX-License-Identifier: MIT
// The settings of tools, with the indexes that a project names among those of the user's own. Text in, text out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace psbc::policy {

/// `[[python.index]]`, as tools want it.
struct ProjectIndexes {
  struct Named {
    std::string name, url;
  };
  std::string default_url, default_name; // empty: no index has `default`
  std::vector<Named> others;             // in the order of the file
};
ProjectIndexes indexes_of(const config::ProjectConfig& project);

/// Addresses, separated by blanks: of `extra-index-url` in the text of a pip.conf.
std::string pip_extra_indexes(std::string_view pip_conf);

/// `text`, a pip.conf as it is carried, with the project's indexes; `extras` are all addresses beside the default one.
std::string with_pip_indexes(std::string_view text, const ProjectIndexes& indexes, const std::string& extras);

/// The same for a uv.toml; the project's come first, which is what uv asks first.
std::string with_uv_indexes(const std::string& text, const ProjectIndexes& indexes);

/// And for a config.toml of pdm.
std::string with_pdm_indexes(const std::string& text, const ProjectIndexes& indexes);

/// The user name that the index at `host` wants beside a `token` (its variable); "__token__" where none is known.
std::string_view index_login(std::string_view host, std::string_view token);

} // namespace psbc::policy
