// SPDX-License-Identifier: MIT
#include "policy/token_source.h"

#include <algorithm>

#include "base/catalogue.h"
#include "base/text.h"
#include "policy/lowering.h"
#include "policy/project_settings.h"

namespace psbc::policy {

using base::AbsPath;
using config::SourceReader;

namespace {

/// How tools take the value of a variable from a file.
struct TokenFile {
  std::string_view name;
  std::string_view pointer; // the variable that holds the path
};

// Tools take the value as well, which is the default. Facts: the tools' own documentation of the variable.
constexpr TokenFile token_files[] = {
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"},
    {"HF_TOKEN", "HF_TOKEN_PATH"},
    {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"},
    {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"},
    {"RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE"},
    {"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"},
};

// Files of settings that hold credentials: by its meaning the variable is a path. Those of one service are in the
// catalogue (base/catalogue.h).
constexpr std::string_view settings_files[] = {
    "AWS_SHARED_CREDENTIALS_FILE", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", "HF_TOKEN_PATH", "NETRC", "PULUMI_CONFIG_PASSPHRASE_FILE",
};

bool is_path(std::string_view name) {
  return base::wants_file(name) || std::find(std::begin(settings_files), std::end(settings_files), name) != std::end(settings_files);
}

/// The words of a short form with their paths made absolute.
std::vector<std::string> expanded(std::vector<std::string> words, const AbsPath& home) {
  for (std::string& word : words)
    if (word.starts_with("~/"))
      if (const auto path = expand(word, home, home)) word = path->string();
  return words;
}

TokenSource read(const config::TokenSource& said, const AbsPath& home) {
  const Origin origin = origin_of(said.from.front().span, Origin::Source::user, {}, home);
  TokenSource source{.name = said.name.value, .words = {}, .kind_of_source = std::string(config::command_source), .install = {}, .hint = {}, .kind = said.kind, .as = said.as, .written = {}, .where = origin.where};
  for (const config::SpannedString& word : said.from) source.written += (source.written.empty() ? "" : " ") + word.value;
  source.is_command = said.is_command;
  if (said.is_command) {
    for (const config::SpannedString& word : said.from) source.words.push_back(word.value);
  } else if (const config::SourceForm* const form = config::source_form(said.from.front().value)) {
    form->words(std::string_view(said.from.front().value).substr(form->prefix.size()), source.words); // validate has judged it
    source.kind_of_source = config::kind_of(*form);
    source.reader = form->reader;
    source.output = form->output;
    source.terminal = form->terminal;
    source.install = form->install;
    source.hint = form->hint;
  }
  source.words = expanded(std::move(source.words), home);
  return source;
}

const config::TokenSource* find(const std::vector<config::TokenSource>& sources, std::string_view name) {
  for (const config::TokenSource& source : sources)
    if (source.name.value == name) return &source;
  return nullptr;
}

} // namespace

const config::TokenSource* said_source(const config::UserConfig& user, base::Fs& fs, const AbsPath& root, const AbsPath& home,
                                       const std::vector<AbsPath>& writable, std::string_view name) {
  for (const config::ProjectSettings* const project : settings_of(user, fs, root, home, writable))
    if (const auto* const said = find(project->tokens, name)) return said;
  return find(user.tokens, name);
}

std::optional<TokenSource> find_token_source(const config::UserConfig& user, base::Fs& fs, const AbsPath& root, const AbsPath& home,
                                             const std::vector<AbsPath>& writable, std::string_view name) {
  const auto* const said = said_source(user, fs, root, home, writable, name);
  return said != nullptr ? std::optional(read(*said, home)) : std::nullopt;
}

std::string pointer_of(const TokenSource& source) {
  using enum config::TokenDelivery;
  if (source.as == environment) return {};
  if (source.as == automatic) return is_path(source.name) ? source.name : std::string();
  for (const TokenFile& row : token_files)
    if (row.name == source.name) return std::string(row.pointer);
  return source.name;
}

} // namespace psbc::policy
