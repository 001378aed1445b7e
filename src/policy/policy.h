// SPDX-License-Identifier: MIT
// The Policy is the one intermediate form: what is visible, what may be written, what is hidden, and
// who asked for it. It knows neither TOML nor firejail's words. Lowering makes it, passes rewrite it
// (each keeps the laws of policy/verify.h), emitters and commands read it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/guards.h"
#include "base/path.h"
#include "config/config.h"
#include "diag/diagnostic.h"

namespace psbc::policy {

/// Who asked for a rule. Shown to people as "<where>: <reason>".
struct Origin {
  enum class Source : std::uint8_t { project, user, organisation, builtin, tool };
  Source source = Source::builtin;
  std::string where;  // "~/code/lab/.python-sandbox.toml:3", "psbc", "uv"
  std::string reason; // "readonly", "git runs its hooks on the host"
  diag::Span span{};  // where a file was the source: for diagnostics
};
std::string_view to_string(Origin::Source source);
/// "~/code/lab/.python-sandbox.toml:3"
std::string origin_text(const diag::Span& span, const base::AbsPath& home);

enum class Access : std::uint8_t {
  closed,    // a directory of which nothing exists inside but what other rules name
  read_only, // visible, never writable
  writable,  // visible and writable
  pinned,    // a directory in a writable tree that can be neither renamed nor replaced
  hidden,    // cannot be read, whatever else says
};
std::string_view to_string(Access access);

struct Rule {
  Access access;
  base::AbsPath path; // canonical: no component is a symlink
  Origin origin;
  bool directory = true; // what is there at build time; false also for what does not exist
  bool exists = true;
  // What `enter` puts there for as long as a session runs, when nothing is there: what does not exist cannot be mounted over.
  base::Guard::Absent keep = base::Guard::Absent::none;
  std::string keep_text{}; // of a file
};

/// A name under which the user knows a path, when a component of it is a symlink: made again inside,
/// because only canonical paths are exposed (FIREJAIL B2).
struct Alias {
  base::AbsPath link;
  std::string target;
  Origin origin;
  /// `host`: made and found outside, where something else stands for it inside; `inside`: the reverse,
  /// what is at `link` outside is another thing.
  enum class Where : std::uint8_t { both, host, inside } where = Where::both;
};

struct Variable {
  std::string name;
  std::string value;
  Origin origin;
  bool beside = false; // what the host's variable of this name holds is added behind it, as that crosses
};

/// Where a token is a password: one that tools find by the host that they ask.
struct Login {
  std::string host;
  std::string user;
  std::string token; // its variable
  Origin origin;
};

/// A credential that the project asks for, under the name of its variable. Where it comes from is not part of a
/// policy: policy/token_source.h.
struct Token {
  std::string name;
  bool read_only = false; // the read-only kind suffices
  bool optional = false;  // absent, with one line, when the user has no source for it
  Origin origin;
};
/// "HF_TOKEN (read-only kind, optional)"
std::string describe(const Token& token);

/// A file that psbc's first process writes into the private HOME at every entry.
struct HomeFile {
  enum class Mode : std::uint8_t {
    replace, // written as it is into the tmpfs HOME; gone at exit
    block,   // kept in the sandbox's own root, HOME holds a link; psbc owns one marked block of it
  };
  std::string path; // relative to HOME
  std::string content;
  Mode mode = Mode::replace;
  Origin origin;
};

/// What of the network there is inside.
struct Network {
  config::NetworkAccess access = config::NetworkAccess::full;
  std::vector<std::uint16_t> connect, listen; // TCP ports, sorted; with `ports` alone
  Origin origin;                              // of `access`; `where` is empty when the file says nothing
};
/// What of the hardware and the desktop there is inside.
struct Devices {
  bool gpu = false, gui = false, audio = false;
  bool x11 = false; // `gui`, by an X server
};

/// A unix socket that can be connected to; a rule shows it.
struct Socket {
  base::AbsPath path;
  Origin origin;
};

/// "full", "none", or "TCP to 443, from 8000".
std::string describe(const Network& network);

/// A hidden name, whether anything is there or not: what appears under it while a sandbox runs is told.
struct WatchedName {
  base::AbsPath base;  // canonical
  std::string pattern; // relative, as for base::Fs::glob
  auto operator<=>(const WatchedName&) const = default;
};

/// A server that a key may sign in to.
struct SshHost {
  std::string text;  // as the project writes it: "[user@]name[:port]"
  std::string login{}; // empty: any
  std::string name{};
  unsigned port = 22;
  std::vector<std::string> keys{}; // its host keys as the user's known_hosts has them: blobs (RFC 4253, 6.6)
  Origin origin;
};

/// What is needed of the user's ssh agent, and what the user grants of that.
struct Ssh {
  std::vector<SshHost> hosts;
  bool signing = false;
  Origin signing_origin;
  std::string known_hosts;             // of `hosts`, for ssh inside
  std::vector<std::string> keys;       // "SHA256:...": granted; none: there is no agent inside
  std::vector<std::string> namespaces; // of signatures
  bool confirm = false;
  bool any_host = false;
  bool declined = false;               // the user granted no key, and wants to hear no more of it

  bool is_asked() const { return signing || !hosts.empty(); }
};

/// Programs in the session's directory that come first in PATH.
inline constexpr const char* session_programs = "bin";

struct Policy {
  std::string name;      // JAILED_ENV
  std::string id;        // names psbc's own directories: made of the project root alone
  base::AbsPath home;
  base::AbsPath project; // canonical root
  base::AbsPath root;    // the sandbox's ONE writable directory of its own: env, cache, state, home
  base::AbsPath session; // read-only inside: proves in which sandbox a process is
  base::AbsPath temporary; // what TMPDIR names inside, made anew at entry
  base::AbsPath environment; // the virtual environment, as tools are told (may be an alias)

  std::vector<Rule> rules;
  std::vector<WatchedName> watched;
  std::vector<base::AbsPath> guarded; // [protect] extra, whether anything is there or not
  std::vector<std::string> opened;    // [protect] allow: rows of base/guards.h
  bool stop_on_unhide = false; // a hidden file that becomes visible ends the sandbox
  std::vector<Alias> aliases;
  std::vector<Variable> variables;    // set inside
  std::vector<std::string> pass;      // names that cross, with the base list
  std::vector<Token> tokens;          // cross by the user's sources alone
  std::vector<Login> logins;          // in ~/.netrc, for this session
  std::vector<HomeFile> home_files;
  Network network;
  Devices devices;
  std::vector<Socket> sockets;
  bool accept_abstract = false;       // of the user: see runtime/abstract_sockets.h
  Ssh ssh;
  std::vector<std::string> remarks;   // one line each, said at every entry
  bool keep_lost = false;             // what is written into HOME is kept in `root`, and there at the next entry
  bool follow = false;                // a session may choose the directory of the user's shell when it ends
  config::AuditTo audit = config::AuditTo::off; // where the record is kept
  bool audit_required = false;        // by the organisation
  std::vector<std::string> overrides; // what the user, or an exception of the organisation, accepts in spite of a rule; for the record
  std::vector<std::string> tools;     // rows of the tool table that were recognised
  std::vector<std::string> shells;    // rows of the shell table that this machine has
  std::string zdotdir;                // where zsh's own files are; empty: HOME
};

/// The text of `psbc build --print policy`: stable, one rule per line with its origin.
std::string dump(const Policy& policy);

} // namespace psbc::policy
