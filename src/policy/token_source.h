// SPDX-License-Identifier: MIT
// Where a token comes from, as the user's file says for one project. Never part of a build: a build is made of what a
// repository asks for, and must hold no command that somebody could find there; entering reads the user's file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fs.h"
#include "config/config.h"
#include "config/source_form.h"

namespace psbc::policy {

struct TokenSource {
  std::string name;
  std::vector<std::string> words; // of `reader`, see config/source_form.h; paths in them are absolute
  config::SourceReader reader = config::SourceReader::command;
  config::SourceOutput output = config::SourceOutput::whole;
  std::string kind_of_source; // "pass", "command": as an organisation's policy names them
  bool is_command = false; // an array: the user's own words, and not a manager's
  bool terminal = false; // not two of these at a time
  std::string install;   // what to type when its program is missing; may be empty
  std::string hint;      // what to type when it failed; may be empty
  config::TokenKind kind = config::TokenKind::unknown;
  config::TokenDelivery as = config::TokenDelivery::automatic;
  std::string written; // as it is in the file, to be escaped: "pass:hf/readonly", "pass show hf/readonly"
  std::string where;   // "~/.config/psbc/config.toml:12"
};

/// Where the files of tokens are inside, relative to HOME: each has the name of its token.
inline constexpr std::string_view secret_directory = ".psbc-secrets";

/// What the user's file says of the token `name` for the project at `root` (canonical), as it is written there; nullptr: nothing.
const config::TokenSource* said_source(const config::UserConfig& user, base::Fs& fs, const base::AbsPath& root, const base::AbsPath& home,
                                       const std::vector<base::AbsPath>& writable, std::string_view name);

/// The source of the token `name` for the project at `root` (canonical): of `[projects."ROOT".tokens]`, by the
/// directory that the root leads to (policy/project_settings.h), else of `[tokens]`. Nothing when the user named none.
std::optional<TokenSource> find_token_source(const config::UserConfig& user, base::Fs& fs, const base::AbsPath& root,
                                             const base::AbsPath& home, const std::vector<base::AbsPath>& writable, std::string_view name);

/// The variable that gets a path when the token is delivered as a file: the one in which its tools look for a path, the
/// token's own where psbc knows none. Empty when it is delivered as a value.
std::string pointer_of(const TokenSource& source);

} // namespace psbc::policy
