// SPDX-License-Identifier: MIT
// A ~/.gitconfig carries an identity that git needs, and may carry tokens in URLs, credential helpers,
// and commands that git runs (THREATS B12). What a sandbox gets is a file written anew: only keys that
// are known to be harmless, every value quoted again, so that nothing but those keys is in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace psbc::policy {

struct GitEntry {
  std::string section;    // lower case
  std::string subsection; // as written
  std::string key;        // lower case
  std::string value;
  bool has_value = true; // `key` alone on its line means true
  bool operator==(const GitEntry&) const = default;
};

/// Reads as git does: sections, subsections, quotes, escapes, comments, continued lines. A line that
/// git would refuse is skipped (git refuses the whole file).
std::vector<GitEntry> parse_gitconfig(std::string_view text);

/// A value in double quotes, as git reads it back.
std::string gitconfig_quoted(std::string_view value);

/// The text of the generated file; just its comment when nothing is harmless.
std::string harmless_gitconfig(std::string_view text);

} // namespace psbc::policy
