// SPDX-License-Identifier: MIT
#include "config/decode.h"

#include "config/schema.h"
#include "schema_tables.h"

namespace psbc::config {

namespace {

SpannedString text(const Value& value) { return {.value = value.string, .span = value.span}; }

std::vector<SpannedString> texts(const Value& value) {
  std::vector<SpannedString> list;
  list.reserve(value.items.size());
  for (const Value& item : value.items) list.push_back(text(item));
  return list;
}

std::vector<Spanned<std::uint16_t>> ports(const Value& value) {
  std::vector<Spanned<std::uint16_t>> list;
  for (const Value& item : value.items) list.push_back({.value = static_cast<std::uint16_t>(item.integer), .span = item.span});
  return list;
}

std::vector<Variable> variables(const Value& value) {
  std::vector<Variable> list;
  list.reserve(value.entries.size());
  for (const Entry& entry : value.entries)
    list.push_back({.name = {.value = entry.key, .span = entry.key_span}, .value = text(entry.value)});
  return list;
}

std::vector<Token> tokens(const Value& value) {
  std::vector<Token> list;
  for (const Value& item : value.items) {
    Token& token = list.emplace_back(Token{.name = text(item)});
    std::string& name = token.name.value;
    if ((token.optional = name.ends_with('?'))) name.pop_back();
    constexpr std::string_view read = ":read";
    if ((token.read_only = name.ends_with(read))) name.resize(name.size() - read.size());
  }
  return list;
}

/// What the word means: validate let no other through than those that the schema allows.
template <class Choice>
Spanned<Choice> choice(const Value& value, std::initializer_list<std::pair<std::string_view, Choice>> words) {
  for (const auto& [word, meaning] : words)
    if (value.string == word) return {.value = meaning, .span = value.span};
  return {.span = value.span};
}

AuditTo audit_to(const Value& value) {
  return choice<AuditTo>(value, {{"off", AuditTo::off}, {"file", AuditTo::file}, {"journal", AuditTo::journal}}).value;
}

NetworkAccess network_access(const Value& value) {
  return choice<NetworkAccess>(value, {{"full", NetworkAccess::full}, {"ports", NetworkAccess::ports}, {"none", NetworkAccess::none}}).value;
}

std::vector<Spanned<Editor>> editors(const Value& value) {
  std::vector<Spanned<Editor>> list;
  for (const Value& item : value.items) list.push_back(choice<Editor>(item, {{"vscode", Editor::vscode}, {"pycharm", Editor::pycharm}}));
  return list;
}

/// With the place of the whole value, which may be an empty list.
template <class T>
Spanned<T> placed(T what, const Value& value) {
  return {.value = std::move(what), .span = value.span};
}

template <class Key, class Config>
void decode_table(const Value& table, const TableShape& shape, Config& config);

std::vector<TokenSource> token_sources(const Value& value, const TableShape& shape) {
  std::vector<TokenSource> list;
  for (const Entry& entry : value.entries) {
    TokenSource& source = list.emplace_back(TokenSource{.name = {.value = entry.key, .span = entry.key_span}});
    decode_table<TokenSourceKey>(entry.value, shape, source);
  }
  return list;
}

std::vector<ProjectSettings> project_settings(const Value& value, const TableShape& shape) {
  std::vector<ProjectSettings> list;
  for (const Entry& entry : value.entries) {
    ProjectSettings& settings = list.emplace_back(ProjectSettings{.root = {.value = entry.key, .span = entry.key_span}});
    decode_table<ProjectSettingsKey>(entry.value, shape, settings);
  }
  return list;
}

std::vector<Index> indexes(const Value& value, const TableShape& shape) {
  std::vector<Index> list;
  for (const Value& item : value.items) decode_table<IndexKey>(item, shape, list.emplace_back());
  return list;
}

// No `default` in these: a key that a schema gained must not compile before it means something.

void decode(ProjectKey key, const KeyShape& shape, const Value& value, ProjectConfig& config) {
  switch (key) {
    case ProjectKey::schema: break; // validate lets only the version through that this program reads
    case ProjectKey::name: config.name = text(value); break;
    case ProjectKey::readonly: config.readonly = texts(value); break;
    case ProjectKey::writable: config.writable = texts(value); break;
    case ProjectKey::hidden: config.hidden = texts(value); break;
    case ProjectKey::tokens: config.tokens = tokens(value); break;
    case ProjectKey::python_venv: config.venv = text(value); break;
    case ProjectKey::python_index: config.indexes = indexes(value, *shape.table); break;
    case ProjectKey::env_pass: config.env_pass = texts(value); break;
    case ProjectKey::env_set: config.env_set = variables(value); break;
    case ProjectKey::network_access:
      config.network.access = placed(network_access(value), value);
      break;
    case ProjectKey::network_connect: config.network.connect = ports(value); break;
    case ProjectKey::network_listen: config.network.listen = ports(value); break;
    case ProjectKey::sockets: config.sockets = texts(value); break;
    case ProjectKey::devices_gpu: config.devices.gpu = {.value = value.boolean, .span = value.span}; break;
    case ProjectKey::devices_gui: config.devices.gui = {.value = value.boolean, .span = value.span}; break;
    case ProjectKey::devices_audio: config.devices.audio = {.value = value.boolean, .span = value.span}; break;
    case ProjectKey::workspace_readonly: config.workspace.readonly = texts(value); break;
    case ProjectKey::workspace_writable: config.workspace.writable = texts(value); break;
    case ProjectKey::workspace_git:
      config.workspace.git = choice<WorkspaceGit>(
          value, {{"none", WorkspaceGit::none}, {"read-only", WorkspaceGit::read_only}, {"commit", WorkspaceGit::commit}});
      break;
    case ProjectKey::ssh_hosts: config.ssh.hosts = texts(value); break;
    case ProjectKey::ssh_signing: config.ssh.signing = {.value = value.boolean, .span = value.span}; break;
    case ProjectKey::lint_ignore: config.lint.ignore = variables(value); break;
    case ProjectKey::lint_severity: config.lint.severity = variables(value); break;
    case ProjectKey::protect_extra: config.protect.extra = texts(value); break;
    case ProjectKey::protect_allow: config.protect.allow = texts(value); break;
  }
}

void decode(UserKey key, const KeyShape& shape, const Value& value, UserConfig& config) {
  switch (key) {
    case UserKey::readonly: config.readonly = texts(value); break;
    case UserKey::hidden: config.hidden = texts(value); break;
    case UserKey::accept_secrets: config.accept_secrets = texts(value); break;
    case UserKey::accept_abstract: config.accept_abstract = value.boolean; break;
    case UserKey::keep_lost: config.keep_lost = value.boolean; break;
    case UserKey::follow: config.follow = value.boolean; break;
    case UserKey::on_unhide:
      config.on_unhide = choice<OnUnhide>(value, {{"warn", OnUnhide::warn}, {"stop", OnUnhide::stop}});
      break;
    case UserKey::editors:
      config.editors = editors(value);
      break;
    case UserKey::templates: config.templates = text(value); break;
    case UserKey::tokens: config.tokens = token_sources(value, *shape.table); break;
    case UserKey::projects: config.projects = project_settings(value, *shape.table); break;
    case UserKey::env_pass: config.env_pass = texts(value); break;
    case UserKey::audit_to: config.audit = audit_to(value); break;
  }
}

void decode(TokenSourceKey key, const KeyShape&, const Value& value, TokenSource& source) {
  switch (key) {
    case TokenSourceKey::from:
      source.is_command = value.type == Type::array;
      source.from = source.is_command ? texts(value) : std::vector{text(value)};
      break;
    case TokenSourceKey::kind:
      source.kind = choice<TokenKind>(value, {{"unknown", TokenKind::unknown}, {"read", TokenKind::read}, {"write", TokenKind::write}}).value;
      break;
    case TokenSourceKey::as:
      source.as = choice<TokenDelivery>(value, {{"auto", TokenDelivery::automatic}, {"env", TokenDelivery::environment}, {"file", TokenDelivery::file}}).value;
      break;
  }
}

void decode(IndexKey key, const KeyShape&, const Value& value, Index& index) {
  switch (key) {
    case IndexKey::name: index.name = text(value); break;
    case IndexKey::url: index.url = text(value); break;
    case IndexKey::token: index.token = text(value); break;
    case IndexKey::default_: index.is_default = {.value = value.boolean, .span = value.span}; break;
  }
}

void decode(ProjectSettingsKey key, const KeyShape& shape, const Value& value, ProjectSettings& settings) {
  switch (key) {
    case ProjectSettingsKey::hook: settings.hook = value.boolean; break;
    case ProjectSettingsKey::tokens: settings.tokens = token_sources(value, *shape.table); break;
    case ProjectSettingsKey::ssh_keys: settings.ssh.keys = texts(value); break;
    case ProjectSettingsKey::ssh_confirm: settings.ssh.confirm = value.boolean; break;
    case ProjectSettingsKey::ssh_namespaces: settings.ssh.namespaces = texts(value); break;
    case ProjectSettingsKey::ssh_any_host: settings.ssh.any_host = value.boolean; break;
  }
}

void decode(GrantsKey key, const KeyShape&, const Value& value, GrantsRow& row) {
  switch (key) {
    case GrantsKey::digest: row.digest = text(value); break;
    case GrantsKey::exceed: row.exceed = value.boolean; break;
    case GrantsKey::approved: row.approved = value.boolean; break;
    case GrantsKey::until: row.until = text(value); break;
    case GrantsKey::reason: row.reason = text(value); break;
  }
}

void decode(CeilingKey key, const KeyShape& shape, const Value& value, Ceiling& ceiling) {
  switch (key) {
    case CeilingKey::schema: break; // as in a project's file
    case CeilingKey::readonly: ceiling.readonly = placed(texts(value), value); break;
    case CeilingKey::writable: ceiling.writable = placed(texts(value), value); break;
    case CeilingKey::hidden: ceiling.hidden = texts(value); break;
    case CeilingKey::tokens: ceiling.tokens = placed(tokens(value), value); break;
    case CeilingKey::sources: ceiling.sources = placed(texts(value), value); break;
    case CeilingKey::sockets: ceiling.sockets = placed(texts(value), value); break;
    case CeilingKey::editors: ceiling.editors = placed(editors(value), value); break;
    case CeilingKey::firejail: ceiling.firejail = text(value); break;
    case CeilingKey::env_pass: ceiling.env_pass = placed(texts(value), value); break;
    case CeilingKey::python_index: ceiling.indexes = placed(texts(value), value); break;
    case CeilingKey::network_access: ceiling.access = placed(network_access(value), value); break;
    case CeilingKey::network_connect: ceiling.connect = placed(ports(value), value); break;
    case CeilingKey::network_listen: ceiling.listen = placed(ports(value), value); break;
    case CeilingKey::devices_gpu: ceiling.gpu = placed(value.boolean, value); break;
    case CeilingKey::devices_gui: ceiling.gui = placed(value.boolean, value); break;
    case CeilingKey::devices_audio: ceiling.audio = placed(value.boolean, value); break;
    case CeilingKey::ssh_hosts: ceiling.hosts = placed(texts(value), value); break;
    case CeilingKey::ssh_signing: ceiling.signing = placed(value.boolean, value); break;
    case CeilingKey::protect_allow: ceiling.allow = placed(texts(value), value); break;
    case CeilingKey::audit_to:
      if (value.string != "own") ceiling.audit = placed(audit_to(value), value);
      break;
    case CeilingKey::grants:
      for (const Value& item : value.items) decode_table<GrantsKey>(item, *shape.table, ceiling.grants.emplace_back());
      break;
  }
}

template <class Key, class Config>
void decode_table(const Value& table, const TableShape& shape, Config& config) {
  for (const Entry& entry : table.entries) {
    const KeyShape& key = *shape.find(entry.key);
    if (key.kind == Kind::table)
      decode_table<Key>(entry.value, *key.table, config);
    else
      decode(static_cast<Key>(key.leaf), key, entry.value, config);
  }
}

} // namespace

ProjectConfig decode_project(const Value& root) {
  ProjectConfig config;
  decode_table<ProjectKey>(root, shape_of(Which::project), config);
  return config;
}

Ceiling decode_ceiling(const Value& root) {
  Ceiling ceiling;
  decode_table<CeilingKey>(root, shape_of(Which::ceiling), ceiling);
  return ceiling;
}

UserConfig decode_user(const Value& root) {
  UserConfig config;
  decode_table<UserKey>(root, shape_of(Which::user), config);
  return config;
}

} // namespace psbc::config
