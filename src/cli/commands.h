// SPDX-License-Identifier: MIT
// One function per command; one file each. app.cc parses, these do.
#pragma once

#include <string>
#include <vector>

#include "cli/context.h"
#include "config/schema.h"

namespace psbc::cli {

struct BuildOptions {
  std::vector<std::string> directories;
  bool all = false;
  bool check = false;
  bool explain = false;
  bool dry_run = false;
  bool diff = false;
  bool force = false;
  std::string print; // profile, standalone, policy, or the name of a shell
  std::string templates; // a directory; empty: the user's configured ones, or the built-in ones
};
int build(Context& context, const BuildOptions& options);

struct EnterOptions {
  std::string directory; // or the name of a sandbox
  std::string shell;     // empty: see cli/shell_choice.h
  std::string templates; // as for build
  std::vector<std::string> command; // empty: an interactive shell
  bool no_tokens = false;           // none is looked up, none crosses
  bool is_run = false;              // `run`: a command, and inside the same sandbox it just runs
  std::optional<base::AbsPath>* go_to = nullptr; // set to where the session wants the user's shell to go; null: there is no hook to obey
  bool is_shim = false;             // by a program of a shim, from any directory: what is not trusted cannot be executed
};
int enter(Context& context, const EnterOptions& options);

struct InitOptions {
  std::string name;
  std::string schema;   // for editors: a URL, or a file relative to the project; empty: where this build says that it is published
  bool migrate = false; // take over what python-sandbox left
};
int init(Context& context, const InitOptions& options);

struct DoctorOptions {
  bool json = false;
};
int doctor(Context& context, const DoctorOptions& options);

struct VerifyOptions {
  std::string directory;
  std::vector<std::string> command; // another launcher, to which the command inside is appended; empty: psbc run
  bool json = false;
};
int verify(Context& context, const VerifyOptions& options);

struct ReportOptions {
  std::string file; // of the page
  bool json = false;
};
int report(Context& context, const ReportOptions& options);

struct ExplainOptions {
  std::vector<std::string> what; // paths, patterns, VARIABLEs, hosts
  bool map = false;              // in their place, all of it as a tree
  bool ascii = false;            // of the tree
  std::string html;              // a file for a page with all of it
  bool last = false;             // in their place, what the last command that failed was told by name
  bool json = false;
};
int explain(Context& context, const ExplainOptions& options);

struct LearnOptions {
  std::vector<std::string> command;
  bool json = false;
};
int learn(Context& context, const LearnOptions& options);

struct TrustOptions {
  std::string directory;
  std::string from; // a commit: the file as it is there is what is approved, whatever the working tree holds
  bool yes = false;
  bool show = false;
  bool digest = false; // of what is asked for, and nothing else
  bool revoke = false;
  bool json = false;
};
int trust(Context& context, const TrustOptions& options);

struct AuditOptions {
  std::string since;   // "30d", a day; empty: all
  bool json = false;   // the records as they are
  bool verify = false; // is it whole?
};
int show_audit(Context& context, const AuditOptions& options);

struct PolicyOptions {
  std::vector<std::string> words; // check [REPO...]
  std::string policy;             // a file in place of the machine's own; empty: that
  bool json = false;
};
int check_policy(Context& context, const PolicyOptions& options);

struct DiffOptions {
  std::string revisions; // REV, or A..B; empty: HEAD
  bool json = false;
};
int diff(Context& context, const DiffOptions& options);

struct ReviewOptions {
  std::vector<std::string> paths; // what --accept and --restore name; else a project. Empty: all that was shown, the one here
  bool accept = false;
  bool restore = false;
  bool json = false;
};
int review(Context& context, const ReviewOptions& options);

struct ListOptions {
  bool json = false;
};
int list(Context& context, const ListOptions& options);
int status(Context& context);

struct CleanOptions {
  std::string directory;
  bool environments = false; // also the sandbox's root: environment, caches, state
  bool yes = false;
};
int clean(Context& context, const CleanOptions& options);
/// All of psbc that is on this machine; `directory` is not looked at.
int uninstall(Context& context, const CleanOptions& options);

struct HideOptions {
  std::vector<std::string> files;
  bool undo = false; // put back
  bool list = false;
};
int hide(Context& context, const HideOptions& options);

struct FixOptions {
  std::string directory;
  bool yes = false;
  bool forget = false; // the password is kept nowhere
};
int fix(Context& context, const FixOptions& options);

int host_git(Context& context, const std::vector<std::string>& words);

struct GitHooksOptions {
  std::vector<std::string> words; // install | remove | status | run NAME, which hooks call
  std::vector<std::string> arguments; // of run: what git gave to the hook
  std::vector<std::string> types; // install: these hooks
};
int git_hooks(Context& context, const GitHooksOptions& options);

struct HookOptions {
  std::string shell;
  bool guard = false; // with what makes pip, python and others run inside
};
int hook(Context& context, const HookOptions& options);
int hook_enter(Context& context);
int hook_leave(Context& context);
int hook_run(Context& context, std::vector<std::string> command);

struct LintOptions {
  std::vector<std::string> paths; // files and directories; `-`: stdin. Empty: the file of the project here
  std::string format; // empty: $PSBC_LINT_FORMAT, else text
  std::string fail_on = "warning"; // error, warning, info, never
  std::string persona = "regular";
  std::string stdin_filename; // which file stdin is
  std::string output;         // a file in place of stdout
  std::string baseline;       // findings that were there before
  std::string write_baseline; // where to write those of now
  bool host = false, no_host = false; // rules that look at the developer's machine; default: not where CI is set
  bool no_ignores = false, require_reason = false;
  bool profile = false;       // the files are firejail profiles
  bool force_exclude = false; // files that git ignores are left out even where they are named
  bool exit_zero = false;
  bool fix = false, unsafe_fixes = false, diff = false;
};
int lint(Context& context, const LintOptions& options);

struct RuleOptions {
  std::string name; // empty: all
  bool all = false; // said, where no name is
  std::string format = "text";
};
int rule(Context& context, const RuleOptions& options);

int leave(Context& context, const std::string& directory);

struct StopOptions {
  std::string name; // of a sandbox; empty: the project here
  bool all = false;
};
int stop(Context& context, const StopOptions& options);

struct TokensOptions {
  std::vector<std::string> words; // list | info NAME | set NAME SOURCE... | rm NAME | check [NAME...]
  std::vector<std::string> command; // what follows `--`: a source as a command
  std::string kind;
  std::string as;
  std::string endpoint; // of check
  bool here = false;
  bool json = false;
  bool catalogue = false;
};
int tokens(Context& context, const TokensOptions& options);
int list_tokens(Context& context, const TokensOptions& options);
int token_info(Context& context, const TokensOptions& options);
int check_tokens(Context& context, const TokensOptions& options);

struct ShimOptions {
  std::string directory;
  std::string at; // one more name for it
  bool remove = false;
  bool json = false;
};
int shim(Context& context, const ShimOptions& options);
int shim_exec(int argc, char** argv);

int schema(config::Which which);

} // namespace psbc::cli
