// SPDX-License-Identifier: MIT
// The EnterPlan is what `enter` and psbc's first process inside need of a Policy, as one artefact of
// the build (`plan`): entering reads it back and never looks at a configuration file again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/policy.h"

namespace psbc::emit {

struct HomeFile {
  std::string path; // relative to HOME
  std::string content;
  bool block = false;        // keep the rest of a file in the sandbox's own root; psbc owns one marked block
  std::uint32_t mode = 0600; // permission bits
  bool operator==(const HomeFile&) const = default;
};

/// A name that must be noticed when something new appears under it: `pattern` as for base::Fs::glob, below `base`.
struct WatchedName {
  std::string base;
  std::string pattern;
  bool operator==(const WatchedName&) const = default;
};

/// What stands at `path` for as long as a session runs, when nothing is there: without it nothing could be mounted there.
struct KeptPlace {
  std::string path; // absolute
  bool directory = true;
  std::string text; // of a file
  bool operator==(const KeptPlace&) const = default;
};

/// A credential that the project asks for.
struct PlannedToken {
  std::string name;
  bool read_only = false; // the read-only kind suffices
  bool optional = false;
  bool operator==(const PlannedToken&) const = default;
};

/// A line of ~/.netrc, for one session: the value of `token` is there and in no other file.
struct PlannedLogin {
  std::string host;
  std::string user;
  std::string token;
  bool operator==(const PlannedLogin&) const = default;
};

/// A server that keys may sign in to: by its host keys, because a name means nothing to an agent.
struct SshHost {
  std::string text;              // for people: "[user@]name[:port]"
  std::string login;             // empty: any
  std::vector<std::string> keys; // blobs (RFC 4253, 6.6)
  bool operator==(const SshHost&) const = default;
};

struct SshPlan {
  std::vector<SshHost> hosts;
  bool signing = false;
  std::vector<std::string> keys;       // fingerprints, "SHA256:..."; the agent is not there without one
  std::vector<std::string> namespaces; // of signatures
  bool confirm = false;
  bool any_host = false;
  bool is_asked() const { return signing || !hosts.empty(); }
  bool operator==(const SshPlan&) const = default;
};

/// Paths are absolute; strings, because what is inside is judged by the kernel's view, not by ours.
struct EnterPlan {
  std::string name;        // JAILED_ENV
  std::string id;
  std::string home;
  std::string project;     // canonical root
  std::string root;        // the sandbox's own writable directory
  std::string session;     // read-only inside; holds the file `session`
  std::string temporary;   // what TMPDIR names: shared by the sessions of one project
  std::string environment; // the virtual environment; activated when it has a bin/python
  std::vector<std::string> pass;                               // names that cross, beside the base list
  std::vector<std::pair<std::string, std::string>> variables;  // name, value
  std::vector<PlannedToken> tokens;                            // their values are found at entry
  std::vector<PlannedLogin> logins;
  std::vector<std::string> beside;                             // variables behind which the host's own value is added
  std::vector<HomeFile> home_files;
  std::vector<std::pair<std::string, std::string>> aliases;    // link, target
  config::NetworkAccess network = config::NetworkAccess::full;
  std::vector<std::uint16_t> connect, listen; // TCP ports, where `network` is `ports`
  bool accept_abstract = false;
  SshPlan ssh;
  std::vector<std::string> remarks;     // said at every entry
  bool x11 = false; // X clients of today ask for the abstract socket first, and give up where it refuses
  bool keep_lost = false;               // what a session writes into HOME is saved in `root`/kept
  config::AuditTo audit = config::AuditTo::off;
  bool audit_required = false;          // nothing is entered while it cannot be written
  std::vector<std::string> overrides;   // for the record
  bool follow = false;                  // a session may choose the directory of the user's shell when it ends
  std::vector<std::string> directories; // in `root`, relative: made when missing
  std::vector<std::string> hidden;      // must not open inside
  std::vector<WatchedName> watched;     // hidden names, also those under which nothing is yet
  bool stop_on_unhide = false;          // end the sandbox when one of them becomes visible
  std::vector<std::string> read_only;   // must lie on a read-only mount, when they are there
  std::vector<std::string> pinned;      // must be mount points, when they are there
  std::vector<std::string> writable;    // must be there and writable
  std::vector<KeptPlace> kept;
  std::vector<std::string> guarded;     // `[protect] extra`: absolute, whether anything is there or not
  std::vector<std::string> opened;      // `[protect] allow`: rows of base/guards.h
  bool operator==(const EnterPlan&) const = default;
};

EnterPlan make_enter_plan(const policy::Policy& policy);

std::string serialise(const EnterPlan& plan);
/// Nothing for anything that `serialise` of this version did not write.
std::optional<EnterPlan> parse_enter_plan(std::string_view bytes);

/// The content of `<session>/session`, the file by which a process knows in which sandbox it is.
struct InsideSession {
  std::string root; // of the project, canonical
  std::string name;
  std::string id;
  bool operator==(const InsideSession&) const = default;
};

InsideSession make_inside_session(const policy::Policy& policy);
std::string serialise(const InsideSession& session);
std::optional<InsideSession> parse_inside_session(std::string_view bytes);

} // namespace psbc::emit
