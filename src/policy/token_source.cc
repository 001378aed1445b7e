// SPDX-License-Identifier: MIT
#include "policy/token_source.h"

#include "base/text.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using config::SourceReader;

namespace {

// Where the two differ, tools take the value as well, which is the default; where they do not, the variable is the
// path of a file by its meaning. Facts: the services' own documentation of the variable, or its client's source.
constexpr TokenFile token_files[] = {
    {"ANSIBLE_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"},
    {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"},
    {"AWS_SHARED_CREDENTIALS_FILE", "AWS_SHARED_CREDENTIALS_FILE"},
    {"AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE"},
    {"AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"},
    {"AZURE_FEDERATED_TOKEN_FILE", "AZURE_FEDERATED_TOKEN_FILE"},
    {"CLOUDSDK_AUTH_ACCESS_TOKEN_FILE", "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE"},
    {"GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"},
    {"HF_TOKEN", "HF_TOKEN_PATH"},
    {"HF_TOKEN_PATH", "HF_TOKEN_PATH"},
    {"KUBECONFIG", "KUBECONFIG"},
    {"NETRC", "NETRC"},
    {"OCI_CLI_KEY_FILE", "OCI_CLI_KEY_FILE"},
    {"PGPASSFILE", "PGPASSFILE"},
    {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"},
    {"PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CONFIG_PASSPHRASE_FILE"},
    {"RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"},
    {"RAY_AUTH_TOKEN_PATH", "RAY_AUTH_TOKEN_PATH"},
    {"REGISTRY_AUTH_FILE", "REGISTRY_AUTH_FILE"},
    {"RESTIC_PASSWORD", "RESTIC_PASSWORD_FILE"},
    {"RESTIC_PASSWORD_FILE", "RESTIC_PASSWORD_FILE"},
    {"SNOWFLAKE_PRIVATE_KEY_PATH", "SNOWFLAKE_PRIVATE_KEY_PATH"},
    {"SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"},
    {"SOPS_AGE_KEY_FILE", "SOPS_AGE_KEY_FILE"},
    {"WANDB_IDENTITY_TOKEN_FILE", "WANDB_IDENTITY_TOKEN_FILE"},
};

/// The words of a short form with their paths made absolute.
std::vector<std::string> expanded(std::vector<std::string> words, const AbsPath& home) {
  for (std::string& word : words)
    if (word.starts_with("~/"))
      if (const auto path = expand(word, home, home)) word = path->string();
  return words;
}

TokenSource read(const config::TokenSource& said, const AbsPath& home) {
  const Origin origin = origin_of(said.from.front().span, Origin::Source::user, {}, home);
  TokenSource source{.name = said.name.value, .words = {}, .install = {}, .hint = {}, .kind = said.kind, .as = said.as, .written = {}, .where = origin.where};
  for (const config::SpannedString& word : said.from) source.written += (source.written.empty() ? "" : " ") + word.value;
  if (said.is_command) {
    for (const config::SpannedString& word : said.from) source.words.push_back(word.value);
  } else if (const config::SourceForm* const form = config::source_form(said.from.front().value)) {
    form->words(std::string_view(said.from.front().value).substr(form->prefix.size()), source.words); // validate has judged it
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

std::optional<TokenSource> find_token_source(const config::UserConfig& user, base::Fs& fs, const AbsPath& root, const AbsPath& home,
                                             std::string_view name) {
  for (const config::ProjectSettings& project : user.projects) {
    const auto named = expand(project.root.value, home, home);
    const auto there = named ? base::resolve(fs, *named) : base::Result<base::Resolved>(base::Error{});
    if (!there || there->path != root) continue;
    if (const auto* const said = find(project.tokens, name)) return read(*said, home);
  }
  const auto* const said = find(user.tokens, name);
  return said != nullptr ? std::optional(read(*said, home)) : std::nullopt;
}

const TokenFile* find_token_file(std::string_view name) {
  for (const TokenFile& row : token_files)
    if (row.name == name) return &row;
  return nullptr;
}

std::string pointer_of(const TokenSource& source) {
  const TokenFile* const known = find_token_file(source.name);
  switch (source.as) {
    case config::TokenDelivery::environment: return {};
    case config::TokenDelivery::automatic: return known != nullptr && known->pointer == known->name ? source.name : std::string();
    case config::TokenDelivery::file: return known != nullptr ? std::string(known->pointer) : source.name;
  }
  return {};
}

} // namespace psbc::policy
