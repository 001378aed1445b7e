// SPDX-License-Identifier: MIT
// The option table: the one place that knows CLI11.
#include "cli/app.h"

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/completions.h"
#include "cli/shell_choice.h"
#include "cli/version.h"
#include "policy/shell_table.h"
#include "runtime/jail_init.h"
#include "runtime/ssh_agent.h"
#include "runtime/verify/decoys.h"

namespace psbc::cli {
namespace {

constexpr const char* description =
    "Compiles a committed .python-sandbox.toml into a firejail sandbox, and enters it.\n"
    "\n"
    "Examples:\n"
    "  psbc init                 write .python-sandbox.toml for this project\n"
    "  psbc trust --yes          approve what it asks for\n"
    "  psbc enter                a shell inside\n"
    "  psbc run -- pytest -q     one command inside\n"
    "  psbc build --check        is what was built still what the files say?";

constexpr const char* footer =
    "Exit status: 0 fine; 1 findings, or stale under --check; 2 usage or an invalid file; 3 not trusted, more than\n"
    "an organisation allows, or nothing to work on; 4 the machine cannot do it. enter and run pass the command's\n"
    "status through and use 125 (psbc failed), 126 (cannot execute) and 127 (not found).";

/// All that the parser fills in.
struct Options {
  std::vector<std::string> change_to;
  std::string color = "auto";
  bool quiet = false;
  std::vector<std::string> command; // what follows `--`
  BuildOptions build;
  EnterOptions enter;
  InitOptions init;
  ExplainOptions explain;
  ListOptions list;
  DoctorOptions doctor;
  VerifyOptions verify;
  LearnOptions learn;
  ReportOptions report;
  TrustOptions trust;
  PolicyOptions policy;
  AuditOptions audit;
  DiffOptions diff;
  CleanOptions clean;
  HideOptions hide;
  FixOptions fix;
  StopOptions stop;
  ReviewOptions review;
  TokensOptions tokens;
  ShimOptions shim;
  GitHooksOptions git_hooks;
  HookOptions hook;
  std::string shell;     // of completions
  std::string leave_for; // a directory
  LintOptions lint;
  RuleOptions rule;
  bool schema_user = false, schema_policy = false;
};

void add_project(CLI::App& command, std::string& directory) {
  command.add_option("directory", directory, "The project (default: the one here)")->type_name("DIR");
}

/// In a script it is a variable that is not set: it must not mean what no word means.
std::string not_empty(const std::string& word) { return word.empty() ? "the name of a commit is empty" : ""; }

void add_templates(CLI::App& command, std::string& directory) {
  command.add_option("--template", directory, "Templates of your own, in place of the built-in ones (see templates/)")->type_name("DIR");
}

void define_init(CLI::App& init, Options& o) {
  init.add_option("name", o.init.name, "Name of the sandbox (default: the directory's)")->type_name("NAME");
  init.add_option("--schema", o.init.schema, "Name the schema for editors in the first line: a URL, or a file that psbc schema wrote here")->type_name("REF");
  init.add_flag("--migrate", o.init.migrate, "Take over what python-sandbox left: name, profile and personal rules");
}

void define_build(CLI::App& build, Options& o) {
  build.add_option("directory", o.build.directories, "Projects (default: the one here)")->type_name("DIR");
  build.add_flag("--all", o.build.all, "Every project that was ever built");
  build.add_flag("--check", o.build.check, "Write nothing; exit 1 when stale");
  build.add_flag("--explain", o.build.explain, "Say why, one sentence for each changed fact");
  build.add_flag("--dry-run", o.build.dry_run, "Say what would be written; write nothing");
  build.add_flag("--diff", o.build.diff, "Show how the outputs would change; write nothing");
  build.add_flag("--force", o.build.force, "Build even when nothing changed");
  std::vector<std::string> printable = {"profile", "standalone", "policy"};
  for (const policy::Shell& shell : policy::shell_table()) printable.emplace_back(shell.id);
  build.add_option("--print", o.build.print,
                   "Print to stdout and write nothing: profile (for psbc enter), standalone, policy, or psbc's part of a shell: " + policy::shell_names())
      ->check(CLI::IsMember(printable))
      ->type_name("WHAT");
  add_templates(build, o.build.templates);
}

void add_entry(CLI::App& entry, Options& o) {
  entry.add_flag("--no-tokens", o.enter.no_tokens, "Look up no token and hand none over, for what needs none");
  add_templates(entry, o.enter.templates);
}

void define_enter(CLI::App& enter, Options& o) {
  enter.add_option("directory", o.enter.directory, "The project, or the name of a sandbox that was built (default: the one here)")
      ->type_name("DIR");
  enter.add_option("--shell", o.enter.shell, "The shell to start (default: the one you are in, else $SHELL, else bash): " + policy::shell_names())
      ->type_name("SHELL");
  add_entry(enter, o);
}

void define_run(CLI::App& run, Options& o) { add_entry(run, o); }

int run_command(Context& context, Options& o) {
  if (o.command.empty()) {
    complain("there is no command to run", "write it after `--`, such as: psbc run -- pytest -q");
    return exit_usage;
  }
  o.enter.is_run = true;
  o.enter.command = std::move(o.command);
  return enter(context, o.enter);
}

void define_trust(CLI::App& trust, Options& o) {
  add_project(trust, o.trust.directory);
  CLI::Option* from = trust.add_option("--from", o.trust.from, "Approve what the file of this commit grants, and not what is in the working tree: for CI")->type_name("REV")->check(not_empty, "", "");
  CLI::Option* yes = trust.add_flag("--yes", o.trust.yes, "Without a question, for scripts that mean it");
  CLI::Option* show = trust.add_flag("--show", o.trust.show, "Show what is approved; change nothing");
  CLI::Option* revoke = trust.add_flag("--revoke", o.trust.revoke, "Withdraw the approval");
  trust.add_flag("--digest", o.trust.digest, "Print the digest of what the file grants, by which an organisation's policy names it; on stdout")->needs(show);
  trust.add_flag("--json", o.trust.json, "For programs: what the file grants, what of it is new, and how it stands; on stdout");
  yes->excludes(show)->excludes(revoke);
  from->excludes(revoke);
  show->excludes(revoke);
}

void define_diff(CLI::App& diff, Options& o) {
  diff.add_option("revision", o.diff.revisions, "A commit, against the file as it is; or A..B (default: HEAD)")->type_name("REV")->check(not_empty, "", "");
  diff.add_flag("--json", o.diff.json, "For programs, on stdout");
}

void define_policy(CLI::App& policy, Options& o) {
  policy.add_option("words", o.policy.words, "check: the policy, and the files of these repositories against it")->type_name("ACTION");
  policy.add_option("--policy", o.policy.policy, "A file that is not in use yet, in place of /etc/psbc/policy.toml")->type_name("FILE");
  policy.add_flag("--json", o.policy.json, "For programs, on stdout");
}

void define_audit(CLI::App& audit, Options& o) {
  audit.add_option("--since", o.audit.since, "Only what is younger: 30d, 12h, 45m, or a day as 2026-11-01")->type_name("TIME");
  audit.add_flag("--json", o.audit.json, "For programs: the records as they are, a line each");
  audit.add_flag("--verify", o.audit.verify, "Say whether the record is whole; exit 1 when a line was changed, added, or is missing");
}

void define_clean(CLI::App& clean, Options& o) {
  add_project(clean, o.clean.directory);
  clean.add_flag("--envs", o.clean.environments, "Also its environment, caches and state");
  clean.add_flag("--yes", o.clean.yes, "Without a question, for scripts that mean it");
}

void define_uninstall(CLI::App& uninstall, Options& o) {
  uninstall.add_flag("--envs", o.clean.environments, "Also the environments, caches and state of all projects");
  uninstall.add_flag("--yes", o.clean.yes, "Without a question, for scripts that mean it");
}

void define_stop(CLI::App& stop, Options& o) {
  CLI::Option* name = stop.add_option("name", o.stop.name, "Name of a sandbox (default: the project here)")->type_name("NAME");
  stop.add_flag("--all", o.stop.all, "Every session of yours on this machine")->excludes(name);
}

void define_review(CLI::App& review, Options& o) {
  review.add_option("path", o.review.paths, "A project (default: the one here), or what --accept or --restore is about")->type_name("PATH");
  CLI::Option* accept = review.add_flag("--accept", o.review.accept, "These files, or all that were shown, shall be as they are");
  CLI::Option* restore = review.add_flag("--restore", o.review.restore, "These files shall be as they were before the session");
  CLI::Option* json = review.add_flag("--json", o.review.json, "For programs, on stdout");
  accept->excludes(restore)->excludes(json);
  restore->excludes(json);
}

void define_doctor(CLI::App& doctor, Options& o) { doctor.add_flag("--json", o.doctor.json, "For programs"); }

void define_verify(CLI::App& verify, Options& o) {
  add_project(verify, o.verify.directory);
  verify.add_flag("--json", o.verify.json, "For programs");
}

void define_list(CLI::App& list, Options& o) { list.add_flag("--json", o.list.json, "For programs"); }

void define_explain(CLI::App& explain, Options& o) {
  explain.add_option("what", o.explain.what, "A path, a pattern in quotes, a VARIABLE or a host")->type_name("WHAT");
  CLI::Option* map = explain.add_flag("--map", o.explain.map, "All that the sandbox sees, as a tree")->excludes("what");
  explain.add_flag("--ascii", o.explain.ascii, "The tree without symbols and lines")->needs(map);
  explain.add_option("--html", o.explain.html, "Write all of it as one page, without scripts, to attach to a ticket")->type_name("FILE")->excludes("what");
  explain.add_flag("--last", o.explain.last, "Of the last command that failed inside: which of the paths that it was given are not there")->excludes("what");
  explain.add_flag("--json", o.explain.json, "For programs");
}

void define_report(CLI::App& report, Options& o) {
  report.add_option("file", o.report.file, "Write a page there, without scripts, to keep or to attach to a ticket")->type_name("FILE");
  report.add_flag("--json", o.report.json, "For programs, on stdout");
}

void define_learn(CLI::App& learn, Options& o) { learn.add_flag("--json", o.learn.json, "For programs, on stdout, behind what the command prints"); }

void define_hide(CLI::App& hide, Options& o) {
  hide.add_option("file", o.hide.files, "Files of a project")->type_name("FILE");
  CLI::Option* undo = hide.add_flag("--undo", o.hide.undo, "Put them back");
  hide.add_flag("--list", o.hide.list, "Show what was moved out of this project")->excludes(undo);
}

void define_fix(CLI::App& fix, Options& o) {
  add_project(fix, o.fix.directory);
  fix.add_flag("--yes", o.fix.yes, "Without a question, for scripts that mean it");
  fix.add_flag("--forget", o.fix.forget, "Give the password to no credential helper: you have it elsewhere");
}

void define_tokens(CLI::App& tokens, Options& o) {
  tokens.add_option("words", o.tokens.words,
                    "list: what this project asks for and where yours come from; info SERVICE|VARIABLE; set NAME SOURCE; rm NAME; check [NAME...]: asks the service")
      ->type_name("ACTION");
  tokens.add_flag("--here", o.tokens.here, "set, rm: for the project here alone");
  tokens.add_option("--kind", o.tokens.kind, "set: what the token may do: read, write")->check(CLI::IsMember({"read", "write", "unknown"}))->type_name("KIND");
  tokens.add_option("--as", o.tokens.as, "set: how it gets inside: env, file, auto")->check(CLI::IsMember({"env", "file", "auto"}))->type_name("HOW");
  tokens.add_flag("--json", o.tokens.json, "list, info: for programs");
  tokens.add_flag("--catalogue", o.tokens.catalogue, "list: the services that psbc knows");
  tokens.add_option("--endpoint", o.tokens.endpoint, "check: the service of your company, such as https://gitlab.example")->type_name("URL");
}

void define_shim(CLI::App& shim, Options& o) {
  add_project(shim, o.shim.directory);
  CLI::Option* at = shim.add_option("--at", o.shim.at, "One more name for it: a link at PATH, outside of all projects")->type_name("PATH");
  shim.add_flag("--remove", o.shim.remove, "Remove it, with its links")->excludes(at);
  shim.add_flag("--json", o.shim.json, "For programs, on stdout");
}

void define_schema(CLI::App& schema, Options& o) {
  CLI::Option* user = schema.add_flag("--user", o.schema_user, "The one of ~/.config/psbc/config.toml instead");
  schema.add_flag("--policy", o.schema_policy, "The one of /etc/psbc/policy.toml instead")->excludes(user);
}

void define_git_hooks(CLI::App& hooks, Options& o) {
  hooks.add_option("words", o.git_hooks.words, "install; remove; status: which hooks run where (default)")->type_name("ACTION");
  hooks.add_option("--hook-type", o.git_hooks.types, "install: which hooks (default: default_install_hook_types of the file, else pre-commit)")->type_name("NAME");
}

void define_shell(CLI::App& command, Options& o) {
  command.add_option("shell", o.shell, "bash, zsh or fish; json: the table of options, for programs")->type_name("SHELL")->required();
}

void define_hook(CLI::App& hook, Options& o) {
  hook.add_option("shell", o.hook.shell, "bash, zsh or fish")->type_name("SHELL")->required();
  hook.add_flag("--guard", o.hook.guard, "Also run pip, python, uv, poetry, pytest and others inside, when they are typed outside in an approved project");
}

void define_leave(CLI::App& leave, Options& o) {
  leave.add_option("directory", o.leave_for, "Where the shell outside shall go (needs `follow = true` in your own file)")->type_name("DIR");
}

void define_lint(CLI::App& lint, Options& o) {
  lint.add_option("path", o.lint.paths, "Files and directories, or `-` for stdin (default: the file of the project here)")->type_name("PATH");
  lint.add_option("--format", o.lint.format, "text, concise, json, sarif, github, gitlab, junit, checkstyle (default: $PSBC_LINT_FORMAT, else text)")->type_name("FORMAT");
  lint.add_option("--fail-on", o.lint.fail_on, "Exit 1 from this severity on: error, warning (default), info, never")->check(CLI::IsMember({"error", "warning", "info", "never"}))->type_name("SEVERITY");
  lint.add_option("--persona", o.lint.persona, "regular, pedantic, auditor: who sees more")->check(CLI::IsMember({"regular", "pedantic", "auditor"}))->type_name("WHO");
  lint.add_option("--stdin-filename", o.lint.stdin_filename, "Which file stdin is")->type_name("FILE");
  lint.add_option("--output", o.lint.output, "Write there, whole or not at all")->type_name("FILE");
  CLI::Option* baseline = lint.add_option("--baseline", o.lint.baseline, "Findings that are in it do not count")->type_name("FILE");
  lint.add_option("--write-baseline", o.lint.write_baseline, "Write what is found now as a baseline")->type_name("FILE")->excludes(baseline);
  CLI::Option* host = lint.add_flag("--host", o.lint.host, "Also rules that look at this machine (default, but where CI is set)");
  lint.add_flag("--no-host", o.lint.no_host, "Only rules that look at the repository")->excludes(host);
  lint.add_flag("--profile", o.lint.profile, "The files are firejail profiles that somebody wrote by hand");
  lint.add_flag("--force-exclude", o.lint.force_exclude, "Leave out what git ignores, also where it is named: for hooks");
  lint.add_flag("--no-ignores", o.lint.no_ignores, "Suppressions in the file do not count");
  lint.add_flag("--require-reason", o.lint.require_reason, "A suppression without a reason is a warning");
  lint.add_flag("--exit-zero", o.lint.exit_zero, "Exit 0 whatever was found; not when lint itself failed");
  lint.add_flag("--fix", o.lint.fix, "Mend what can be mended without changing what the file means");
  lint.add_flag("--unsafe-fixes", o.lint.unsafe_fixes, "Mend the rest as well: look at what changed");
  lint.add_flag("--diff", o.lint.diff, "Show what would be mended; exit 1 when there is something");
}

void define_rule(CLI::App& rule, Options& o) {
  rule.add_option("rule", o.rule.name, "An id or a name (default: all)")->type_name("RULE");
  rule.add_flag("--all", o.rule.all, "All rules, a line each; with --format json their pages as well")->excludes("rule");
  rule.add_option("--format", o.rule.format, "text (default) or json")->check(CLI::IsMember({"text", "json"}))->type_name("FORMAT");
}

int print_completions(const std::string& shell);

struct CommandRow {
  const char* name;
  const char* summary;
  void (*define)(CLI::App&, Options&);
  int (*run)(Context&, Options&);
  bool has_tail = false; // takes a command after `--`
  bool is_all_tail = false; // and without it: every word after the name is another program's
  const char* words = ""; // what its first argument may be, where that is one of a few words
};

// In the order of --help.
constexpr CommandRow table[] = {
    {"init", "Write .python-sandbox.toml for this project", define_init, [](Context& c, Options& o) { return init(c, o.init); }},
    {"build", "Compile the sandbox; rebuilds only when an input changed", define_build,
     [](Context& c, Options& o) { return build(c, o.build); }},
    {"enter", "A shell, or `-- CMD`, inside the sandbox", define_enter,
     [](Context& c, Options& o) {
       o.enter.command = std::move(o.command);
       return enter(c, o.enter);
     },
     true},
    {"run", "One command inside: psbc run -- CMD [ARG...]", define_run, run_command, true},
    {"trust", "Approve what the file of this project asks for", define_trust, [](Context& c, Options& o) { return trust(c, o.trust); }},
    {"review", "What sessions left among the files that programs outside obey: show, accept, restore", define_review,
     [](Context& c, Options& o) { return review(c, o.review); }},
    {"hook", "What your shell sources, so that it enters sandboxes by itself: psbc hook bash, zsh or fish", define_hook,
     [](Context& c, Options& o) { return hook(c, o.hook); }, false, false, "bash zsh fish"},
    {"leave", "Inside: end this session, and let the shell outside go to DIR", define_leave, [](Context& c, Options& o) { return leave(c, o.leave_for); }},
    {"completions", "What completes psbc in your shell: psbc completions bash, zsh or fish", define_shell,
     [](Context&, Options& o) { return print_completions(o.shell); }, false, false, "bash zsh fish json"},
    {"git", "git outside, where nothing that the repository names is run: psbc git ARG...", [](CLI::App&, Options&) {},
     [](Context& c, Options& o) { return host_git(c, o.command); }, true, true},
    {"git-hooks", "Hooks of git that run pre-commit in the sandbox", define_git_hooks,
     [](Context& c, Options& o) {
       o.git_hooks.arguments = std::move(o.command);
       return git_hooks(c, o.git_hooks);
     },
     true, false, "install remove status"},
    {"lint", "Look for mistakes and risks in .python-sandbox.toml: for CI and editors", define_lint, [](Context& c, Options& o) { return lint(c, o.lint); }},
    {"rule", "What a rule of lint and build is about", define_rule, [](Context& c, Options& o) { return rule(c, o.rule); }},
    {"explain", "What the sandbox makes of a path, a variable or a host, which line says so, and what would change it", define_explain,
     [](Context& c, Options& o) { return explain(c, o.explain); }},
    {"learn", "Run a command inside, and say what it looked for in vain, with the lines that would grant it: psbc learn -- CMD [ARG...]", define_learn,
     [](Context& c, Options& o) {
       o.learn.command = std::move(o.command);
       return learn(c, o.learn);
     },
     true},
    {"doctor", "What is broken or weak on this machine, and what to type; exit 1 when something is broken", define_doctor, [](Context& c, Options& o) { return doctor(c, o.doctor); }},
    {"verify", "Try attacks on decoys in this project's sandbox; exit 1 when one gets through. `-- CMD`: in what CMD starts instead", define_verify,
     [](Context& c, Options& o) {
       o.verify.command = std::move(o.command);
       return verify(c, o.verify);
     },
     true},
    {"report", "What this project's sandbox grants, by whose approval, which attacks are stopped in it, and on what machine", define_report, [](Context& c, Options& o) { return report(c, o.report); }},
    {"hide", "Move secrets out of the project, and leave links", define_hide, [](Context& c, Options& o) { return hide(c, o.hide); }},
    {"fix", "Move a password in the URL of a git remote to your credential helper", define_fix, [](Context& c, Options& o) { return fix(c, o.fix); }},
    {"diff", "What two versions of the file grant; exit 1 when the later one grants more", define_diff,
     [](Context& c, Options& o) { return diff(c, o.diff); }},
    {"policy", "What an organisation's policy allows: psbc policy check [REPO...]; exit 3 when a file asks for more", define_policy,
     [](Context& c, Options& o) { return check_policy(c, o.policy); }, false, false, "check"},
    {"audit", "The record of what was granted and used, and whether it is whole", define_audit, [](Context& c, Options& o) { return show_audit(c, o.audit); }},
    {"stop", "End the running sessions of this project, of NAME, or all", define_stop, [](Context& c, Options& o) { return stop(c, o.stop); }},
    {"status", "The projects of this machine: built, stale, approved, and their running sessions", define_list,
     [](Context& c, Options& o) { return o.list.json ? list(c, o.list) : status(c); }},
    {"list", "The same as a line each, and for programs", define_list, [](Context& c, Options& o) { return list(c, o.list); }},
    {"clean", "Remove what was built for a project: named first, and asked about", define_clean, [](Context& c, Options& o) { return clean(c, o.clean); }},
    {"uninstall", "Remove all that psbc keeps on this machine, and its lines in the settings of shells", define_uninstall, [](Context& c, Options& o) { return uninstall(c, o.clean); }},
    {"shim", "An interpreter for editors that enters the sandbox", define_shim, [](Context& c, Options& o) { return shim(c, o.shim); }},
    {"tokens", "Where your tokens come from; the services that psbc knows", define_tokens,
     [](Context& c, Options& o) {
       o.tokens.command = std::move(o.command);
       return tokens(c, o.tokens);
     },
     true, false, "list info set rm check"},
    {"schema", "Print the JSON Schema of .python-sandbox.toml", define_schema, [](Context&, Options& o) { return schema(o.schema_user ? config::Which::user : o.schema_policy ? config::Which::ceiling : config::Which::project); }},
};

const CommandRow* find_command(std::string_view name) {
  const auto* found = std::find_if(std::begin(table), std::end(table), [&](const CommandRow& row) { return row.name == name; });
  return found != std::end(table) ? found : nullptr;
}

/// Only the commands that the words name, unless help is asked for: to define all options takes time at each start.
void define(CLI::App& app, Options& o, const std::vector<std::string>& words) {
  app.require_subcommand(0, 1);
  app.fallthrough(); // `psbc build -q` as well as `psbc -q build`
  app.footer(footer);
  app.set_help_flag("-h,--help", "Show this and exit");
  app.set_version_flag("--version", "psbc " PSBC_VERSION);
  app.add_option("-C", o.change_to, "Work in DIR, as git does (may be repeated)")->type_name("DIR")->allow_extra_args(false);
  app.add_option("--color", o.color, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}))->type_name("WHEN");
  app.add_flag("-q,--quiet", o.quiet, "Only errors");

  const auto named = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
  const bool none = std::none_of(std::begin(table), std::end(table), [&](const CommandRow& row) { return named(row.name); });
  const bool all = none || named("-h") || named("--help");
  for (const CommandRow& row : table)
    if (all || named(row.name)) row.define(*app.add_subcommand(row.name, row.summary), o);
}

/// "KIND", without the list of what it may be.
std::string value_name(const CLI::Option& option) {
  const std::string name = option.get_type_name();
  return name.substr(0, name.find(':'));
}

std::vector<ListedOption> completed(CLI::App& app) {
  std::vector<ListedOption> out;
  for (const CLI::Option* option : app.get_options()) {
    ListedOption& one = out.emplace_back();
    for (const std::string& name : option->get_snames()) one.names.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) one.names.push_back("--" + name);
    one.summary = option->get_description();
    if (option->get_items_expected_max() > 0) one.value = value_name(*option);
    if (one.names.empty()) out.pop_back(); // an argument
  }
  return out;
}

std::vector<ListedArgument> listed_arguments(CLI::App& app) {
  std::vector<ListedArgument> out;
  for (const CLI::Option* option : app.get_options())
    if (option->get_positional()) out.push_back({.value = value_name(*option), .summary = option->get_description(), .required = option->get_required(), .many = option->get_items_expected_max() > 1});
  return out;
}

int print_completions(const std::string& shell) {
  if (shell != "json" && known_shell(shell, "completion") == nullptr) return exit_usage;
  Options unused;
  CLI::App app{description, "psbc"};
  define(app, unused, {"--help"}); // all of them
  std::vector<ListedCommand> commands;
  for (const CommandRow& row : table) {
    ListedCommand& command = commands.emplace_back(ListedCommand{.name = row.name, .summary = row.summary, .words = {}, .options = {}, .arguments = {}, .has_tail = row.has_tail && !row.is_all_tail});
    for (const std::string_view word : base::split(row.words, ' '))
      if (!word.empty()) command.words.emplace_back(word);
    if (row.is_all_tail) continue;
    command.options = completed(*app.get_subcommand(row.name));
    command.arguments = listed_arguments(*app.get_subcommand(row.name));
  }
  print(completions(shell, commands, completed(app)));
  return exit_fine;
}

bool wants_color(const Options& o, const base::Env& env) {
  if (o.color != "auto") return o.color == "always";
  const auto no_color = env.get("NO_COLOR");
  if (no_color && !no_color->empty()) return false;
  return isatty(STDERR_FILENO) == 1 && env.get("TERM").value_or("dumb") != "dumb";
}

/// Does everything after `word` belong to the program that it names? Not when it is the value of an option, or of a command.
bool begins_tail(const std::vector<std::string>& before, std::string_view word) {
  const CommandRow* const row = find_command(word);
  return row != nullptr && row->is_all_tail && (before.empty() || (before.back() != "-C" && before.back() != "--color")) &&
         std::none_of(before.begin(), before.end(), [](const std::string& each) { return find_command(each) != nullptr; });
}

/// The command of a line on which nothing is left to parse, as `psbc build` and `psbc -q run -- CMD`: to set
/// CLI11 up for it takes a tenth of the time of an unchanged build.
const CommandRow* plain_command(const std::vector<std::string>& words, Options& o) {
  const CommandRow* command = nullptr;
  for (const std::string& word : words) {
    const bool is_quiet = word == "-q" || word == "--quiet";
    if (!is_quiet && command != nullptr) return nullptr;
    if (is_quiet) o.quiet = true;
    else if (command = find_command(word); command == nullptr) return nullptr;
  }
  return command;
}

/// What a command gets, after -C; false when there is no such directory.
bool begin(Context& context, const Options& o) {
  context.env = base::Env::from_process();
  context.quiet = o.quiet;
  context.color = wants_color(o, context.env);
  for (const std::string& directory : o.change_to)
    if (chdir(directory.c_str()) != 0) {
      complain(base::system_error("change to", directory));
      return false;
    }
  char* here = getcwd(nullptr, 0);
  if (const auto cwd = here != nullptr ? base::AbsPath::parse(here) : std::nullopt) context.cwd = *cwd;
  free(here);
  return true;
}

int dispatch(const CommandRow& command, Options& o, bool has_tail) {
  Context context;
  if (!begin(context, o)) return exit_usage;
  if (has_tail && !command.has_tail) {
    complain(std::string("`") + command.name + "` takes no command after `--`", std::string("type: psbc ") + command.name + " --help");
    return exit_usage;
  }
  return command.run(context, o);
}

/// By templates/hook. Nothing for a word that is none of theirs.
std::optional<int> by_hook(int argc, char** argv) {
  const std::string_view word = argc >= 2 ? argv[1] : "";
  if (!word.starts_with("hook-")) return std::nullopt;
  signal(SIGPIPE, SIG_IGN);
  Context context;
  if (word == "hook-enter" && argc == 2) return begin(context, {}) ? hook_enter(context) : exit_fine;
  if (word == "hook-leave" && argc == 2) return begin(context, {}) ? hook_leave(context) : exit_findings;
  if (word == "hook-run" && argc >= 3) return begin(context, {}) ? hook_run(context, {argv + 2, argv + argc}) : exit_own_failure;
  return std::nullopt;
}

/// CLI11 says "The following argument was not expected: biuld"; people want to know what to type.
int usage_error(const CLI::ParseError& error, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word.starts_with('-')) continue;
    if (find_command(word) != nullptr) break;
    std::vector<std::string> names;
    for (const CommandRow& row : table) names.emplace_back(row.name);
    const std::string meant = base::nearest(word, names);
    complain("there is no command `" + base::escape(word) + "`", meant.empty() ? "psbc --help lists them" : "did you mean `" + meant + "`?");
    return exit_usage;
  }
  complain(base::escape(error.what()), "psbc --help, or psbc COMMAND --help");
  return exit_usage;
}

/// What a command line with options says.
int parse_and_dispatch(const std::vector<std::string>& words, Options& options, bool has_tail) {
  CLI::App app{description, "psbc"};
  try {
    define(app, options, words);
    std::vector<std::string> reversed(words.rbegin(), words.rend()); // as CLI11 wants them
    app.parse(reversed);
  } catch (const CLI::Success& success) { // --help, --version
    print(dynamic_cast<const CLI::CallForVersion*>(&success) != nullptr ? std::string(success.what()) + "\n" : app.help());
    return exit_fine;
  } catch (const CLI::ParseError& error) {
    return usage_error(error, words);
  }
  const auto commands = app.get_subcommands();
  if (commands.empty()) {
    print(app.help());
    return exit_usage;
  }
  return dispatch(*find_command(commands.front()->get_name()), options, has_tail);
}

} // namespace

int run(int argc, char** argv) {
  // Before CLI11: the first process inside must start at once, and sees nothing of the options.
  if (argc >= 2 && std::string_view(argv[1]) == "jail-init") return runtime::jail_init_main();
  if (argc == 3 && std::string_view(argv[1]) == "verify-attempts") return runtime::verify_attempts_main(argv[2]);
  if (argc == 3 && std::string_view(argv[1]) == "verify-decoy") return runtime::verify_decoy_main();
  if (argc >= 2 && std::string_view(argv[1]) == "agent-filter") return runtime::agent_filter_main();
  if (const auto status = by_hook(argc, argv)) return *status;
  if (argc >= 2 && std::string_view(argv[1]) == "shim-exec") return shim_exec(argc, argv); // its arguments are the program's
  signal(SIGPIPE, SIG_IGN); // a closed pager is a failed write, not a death

  // What follows `--` belongs to the command inside, whatever it looks like.
  Options options;
  std::vector<std::string> words;
  bool has_tail = false;
  for (int i = 1; i < argc; ++i) {
    if (has_tail) options.command.emplace_back(argv[i]);
    else if (std::string_view(argv[i]) == "--") has_tail = true;
    else {
      has_tail = begins_tail(words, argv[i]);
      words.emplace_back(argv[i]);
    }
  }
  if (const CommandRow* command = plain_command(words, options)) return dispatch(*command, options, has_tail);
  options.quiet = false;
  return parse_and_dispatch(words, options, has_tail);
}

} // namespace psbc::cli
