// SPDX-License-Identifier: MIT
// What the two files say, decoded: plain values, each with the place where it was written.
// Nothing here is resolved against the machine; that is policy/lower.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "diag/diagnostic.h"

namespace psbc::config {

template <class T>
struct Spanned {
  T value{};
  diag::Span span{};
};

using SpannedString = Spanned<std::string>;

struct Variable {
  SpannedString name;
  SpannedString value;
};

/// `[workspace] git`: each grants what the one before it does, and more.
enum class WorkspaceGit : std::uint8_t { none, read_only, commit };

/// What a project needs of the git repository around it; paths are relative to its top level.
struct Workspace {
  std::vector<SpannedString> readonly;
  std::vector<SpannedString> writable;
  Spanned<WorkspaceGit> git;
};

/// `[network] access`.
enum class NetworkAccess : std::uint8_t { full, ports, none };

struct Network {
  Spanned<NetworkAccess> access;
  std::vector<Spanned<std::uint16_t>> connect; // TCP ports
  std::vector<Spanned<std::uint16_t>> listen;  // 0: one that the kernel chooses
};

/// `[ssh]`: what a project needs a key for.
struct SshNeeds {
  std::vector<SpannedString> hosts; // "[user@]name[:port]"
  Spanned<bool> signing;
};

/// `[projects."ROOT".ssh]`: which keys of the developer's serve that.
struct SshKeys {
  std::optional<std::vector<SpannedString>> keys; // "SHA256:..."
  std::optional<std::vector<SpannedString>> namespaces;
  bool confirm = false;
  bool any_host = false;
};

/// One of `tokens`: a credential under the name of its variable.
struct Token {
  SpannedString name;     // without what follows it
  bool read_only = false; // `:read`: the read-only kind suffices
  bool optional = false;  // `?`
};

/// One `[[python.index]]`.
struct Index {
  SpannedString name;                 // [a-z0-9][a-z0-9_-]{0,63}
  SpannedString url;                  // https, or http on this machine; nothing secret in it
  std::optional<SpannedString> token; // one of `tokens`
  Spanned<bool> is_default;           // in place of all others
};

/// What the user says that a token may do.
enum class TokenKind : std::uint8_t { unknown, read, write };
/// How a token gets inside.
enum class TokenDelivery : std::uint8_t { automatic, environment, file };

/// `[tokens.NAME]`: where a token comes from. Only the user's own file can say that.
struct TokenSource {
  SpannedString name;
  std::vector<SpannedString> from; // a command's words, or the one text of a short form
  bool is_command = false;         // written as an array
  TokenKind kind = TokenKind::unknown;
  TokenDelivery as = TokenDelivery::automatic;
};

/// `[projects."ROOT"]`: what is different for one project.
struct ProjectSettings {
  SpannedString root; // "~/x" or "/x"
  std::vector<TokenSource> tokens;
  SshKeys ssh;
  bool hook = true; // the shell's hook enters it
};

/// `[protect]`: of what the host's tools obey unasked (base/guards.h).
struct Protect {
  std::vector<SpannedString> extra; // paths, as those of `hidden` without patterns
  std::vector<SpannedString> allow; // names of rows that are not guarded
};

/// `[devices]`.
struct Devices {
  Spanned<bool> gpu, gui, audio;
};

/// `[lint]`: of psbc lint alone.
struct LintConfig {
  std::vector<Variable> ignore;   // rule = reason
  std::vector<Variable> severity; // rule = word
};

/// `.python-sandbox.toml`: what a team commits. A repository may ask for things; it can never name a
/// command, a template or the source of a secret.
struct ProjectConfig {
  SpannedString name;                  // [a-z0-9][a-z0-9._-]{0,63}, without ".."
  std::vector<SpannedString> readonly; // "~/x", "/x", or relative to the project
  std::vector<SpannedString> writable;
  std::vector<SpannedString> hidden;   // may hold `*`, `?`, `**`
  std::vector<Token> tokens;
  std::optional<SpannedString> venv;   // [python] venv
  std::vector<Index> indexes;          // [[python.index]]
  std::vector<SpannedString> env_pass; // [env] pass
  std::vector<Variable> env_set;       // [env] set
  Network network;
  std::vector<SpannedString> sockets; // single unix sockets
  Devices devices;
  Workspace workspace;
  SshNeeds ssh;
  Protect protect;
  LintConfig lint;
};

/// `on_unhide`: what a hidden file that becomes visible in a running sandbox means for that.
enum class OnUnhide : std::uint8_t { warn, stop };

/// `editors`: each stands for its relatives as well.
enum class Editor : std::uint8_t { vscode, pycharm };

/// `[audit] to`, of the user or of the organisation.
enum class AuditTo : std::uint8_t { off, file, journal };

/// `~/.config/psbc/config.toml`: the developer's own.
struct UserConfig {
  std::vector<SpannedString> readonly; // my tools, in every sandbox
  std::vector<SpannedString> hidden;
  std::vector<SpannedString> env_pass;
  std::vector<SpannedString> accept_secrets; // files that are exposed although the scan found something
  bool accept_abstract = false;              // enter although an X server answers where nothing can close it
  bool keep_lost = false;                    // what a session writes into its HOME is there at the next entry
  bool follow = false;                       // `psbc leave DIR` inside may choose the directory of the shell outside
  Spanned<OnUnhide> on_unhide;
  std::vector<Spanned<Editor>> editors;      // whose helpers are visible in every sandbox
  std::vector<TokenSource> tokens;           // for every project
  std::vector<ProjectSettings> projects;
  std::optional<SpannedString> templates;    // a directory that replaces the built-in templates
  AuditTo audit = AuditTo::off;
};

/// `[[grants]]`: what the organisation says of one set of grants.
struct GrantsRow {
  SpannedString digest; // trust::digest of the set
  SpannedString until;  // "2027-03-31": the last day, in UTC
  SpannedString reason;
  bool exceed = false;   // it may go beyond the ceiling
  bool approved = false; // nobody need approve it
};

/// The most that a key may say, and where that is written; nothing caps where the key is absent.
template <class T>
using Cap = std::optional<Spanned<T>>;
template <class T>
using CapList = Cap<std::vector<T>>;

/// `/etc/psbc/policy.toml`: what an organisation allows at most.
struct Ceiling {
  CapList<SpannedString> readonly, writable; // "~/x", "/x", or relative to the repository around the project
  std::vector<SpannedString> hidden;         // patterns
  CapList<Token> tokens;
  CapList<SpannedString> sources;            // kinds, as "pass"
  CapList<SpannedString> sockets;
  CapList<Spanned<Editor>> editors;
  CapList<SpannedString> env_pass;
  CapList<SpannedString> indexes; // addresses
  Cap<NetworkAccess> access;
  CapList<Spanned<std::uint16_t>> connect, listen;
  Cap<bool> gpu, gui, audio;
  CapList<SpannedString> hosts; // of ssh
  Cap<bool> signing;
  CapList<SpannedString> allow; // [protect]
  std::optional<SpannedString> firejail; // ">=0.9.72, !=0.9.73"
  std::optional<Spanned<AuditTo>> audit; // in place of the user's own
  std::vector<GrantsRow> grants;
};

} // namespace psbc::config
