// SPDX-License-Identifier: MIT
// What the parts of lowering share. Each part is one function that adds to the policy; lower.cc says
// in which order. Not for use outside of src/policy.
#pragma once

#include "policy/lower.h"

namespace psbc::policy {

struct Lowering {
  const LowerInput& in;
  Policy& out;
  diag::Diagnostics& diagnostics;

  void add(Access access, const base::AbsPath& path, Origin origin);
  /// Adds an alias for each symlink that was followed to reach a visible path.
  void add_aliases(const base::Resolved& resolved, const Origin& origin);
  void report(diag::Code code, diag::Severity severity, const diag::Span& span, std::string message, std::string label,
              std::vector<std::string> notes, std::vector<std::string> help);
  std::string shown(const base::AbsPath& path) const;

  /// The first symlink on the way that code inside could have made, or could replace: it decides nothing.
  const base::Resolved::Link* planted(const base::Resolved& resolved) const;
  /// Adds the diagnostic for such a link and says true.
  bool refuse_planted(const base::Resolved& resolved, const diag::Span& span);
  std::vector<base::AbsPath> writable{}; // where those could be, canonical

  std::optional<base::AbsPath> top{};  // top level of the repository around the project, when it can be used
  std::vector<base::AbsPath> trees{};  // the directories of the developer's that sessions may write

  /// Does `[protect] allow` name this row of base/guards.h?
  bool opens(std::string_view guard) const;
  /// Keeps the place of what is not there: read-only, with something neutral in it while a session runs.
  void keep_place(const base::Guard& guard, const base::AbsPath& path, std::string reason);

  struct Exposed {
    base::AbsPath path;
    Access access;
    diag::Span span;
    bool is_code = false; // what others wrote: of a large one, a part is looked at without a word
  };
  std::vector<Exposed> exposed{}; // directories that `readonly`, `writable` and `editors` name
};

/// All that sessions of this sandbox may write, known before any path is followed.
std::vector<base::AbsPath> writable_places(const Lowering& lowering);

Origin origin_of(const diag::Span& span, Origin::Source source, std::string reason, const base::AbsPath& home);
Origin builtin(std::string reason);

// The parts, in order.
void find_top(Lowering& lowering);          // the git repository around the project
void find_opened(Lowering& lowering);       // [protect] allow
void lower_baseline(Lowering& lowering);    // what is closed for everybody
void lower_own(Lowering& lowering);         // the project, the sandbox's root, psbc itself
void lower_environment(Lowering& lowering); // where the virtual environment is, and its interpreter
void lower_tools(Lowering& lowering);       // Python tools that the project uses
void lower_git(Lowering& lowering);         // git directories and what the host executes from them
void lower_exposed(Lowering& lowering);     // readonly, writable
void lower_editors(Lowering& lowering);     // editors
void lower_workspace(Lowering& lowering);   // [workspace]
void lower_guarded(Lowering& lowering);     // what else the host's tools obey unasked; [protect]
void lower_nested(Lowering& lowering);      // projects and repositories inside of what may be written
void lower_shells(Lowering& lowering);      // shells that this machine has, with the user's own settings
void lower_hidden(Lowering& lowering);      // hidden
void scan_exposed(Lowering& lowering);      // secrets in what readonly and writable expose
void lower_ssh(Lowering& lowering);         // [ssh]
void lower_certificates(Lowering& lowering); // what the variables for certificates name
void check_project_indexes(Lowering& lowering); // [[python.index]], and where its tokens go
void lower_indexes(Lowering& lowering);     // package indexes that the user's settings name
void lower_home_files(Lowering& lowering);  // git identity, and how it signs
void lower_sockets(Lowering& lowering);     // sockets
void lower_devices(Lowering& lowering);     // [devices]
void lower_network(Lowering& lowering);     // [network]
void lower_variables(Lowering& lowering);   // [env]
void lower_tokens(Lowering& lowering);      // tokens
void lower_git_credentials(Lowering& lowering); // of them, those that are passwords of git over https
void lower_machine_secrets(Lowering& lowering); // settings of the machine that hold passwords

/// Is it a variable that no file may decide? Adds the diagnostic and says true.
bool refuse_reserved(Lowering& lowering, const config::SpannedString& name);

/// What the generated ~/.gitconfig says about signing; `text` is the user's own. Where git signs outside and cannot
/// inside, that is a remark of the policy.
std::string signing_gitconfig(Lowering& lowering, std::string_view text);

/// Why `path` may not be exposed, if it may not: adds the diagnostic and says true.
bool refuse_exposure(Lowering& lowering, const base::AbsPath& path, Access access, const config::SpannedString& entry,
                     bool may_hold_project = false);
/// Adds what an entry leads to, and says true; unless it is a planted link, a socket, absent, or holds a secret: then
/// the diagnostic.
bool expose(Lowering& lowering, const base::Resolved& resolved, Access access, const config::SpannedString& entry, const Origin& origin);

/// Why a directory can be the root of nothing that is exposed as one; empty when it can.
std::string unusable_as_root(const Lowering& lowering, const base::AbsPath& directory);

/// Is this what git or an attacker would use as a git directory? A session can take HEAD away, so that the next
/// build finds none; the other two are mounts.
bool is_git_directory(base::Fs& fs, const base::AbsPath& path);
/// The git directory of a work tree: `<tree>/.git`, or what the file of that name leads to when that names the
/// tree back. Writable means: what the host's git executes or obeys is read-only all the same.
void expose_repository(Lowering& lowering, const base::AbsPath& tree, Access access, const Origin& origin);
/// Where a directory in the repository around the project has no `.git`, an empty one that stays: git looks past it,
/// and a session cannot make a repository there, whose settings the host's next `git status` would run. True when so.
bool keep_repositories_out(Lowering& lowering, const base::AbsPath& tree);
/// `<tree>/.git`, and the directories that it leads to.
std::vector<base::AbsPath> repository_paths(base::Fs& fs, const base::AbsPath& tree);
/// What the settings of a repository name in a place that may be written: hooks, included files, scripts.
void protect_named_by(Lowering& lowering, const base::AbsPath& git_directory, const base::AbsPath& tree);
/// The `.git` of a work tree inside of what may be written.
void protect_nested_repository(Lowering& lowering, const base::AbsPath& git);

} // namespace psbc::policy
