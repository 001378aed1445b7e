// SPDX-License-Identifier: MIT
// Changes of one table in a TOML text that a person wrote: comments, order and formatting of everything else stay.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace psbc::config {

struct TomlLeaf {
  std::string key;
  std::string text; // the value as TOML writes it (toml_string of config/words.h); empty: the key goes away
};

/// As one line.
std::string toml_array(const std::vector<std::string>& items);

using TomlPath = std::vector<std::string>;

/// The text with these leaves in the table at `path`: changed where it stands, however it is written, else a table
/// with a header at the end. EINVAL when the text is no TOML, or the result would say anything else as well.
base::Result<std::string> set_table(std::string_view text, const TomlPath& path, const std::vector<TomlLeaf>& leaves);

/// The text without the table at `path`; ENOENT when there is none. Comments on lines of their own stay.
base::Result<std::string> remove_table(std::string_view text, const TomlPath& path);

} // namespace psbc::config
