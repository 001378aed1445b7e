// SPDX-License-Identifier: MIT
// The option table: the one place that knows CLI11.
#include "cli/app.h"

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/version.h"
#include "runtime/jail_init.h"

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
    "Exit status: 0 fine; 1 findings, or stale under --check; 2 usage or an invalid file; 3 not trusted, or\n"
    "nothing to work on; 4 the machine cannot do it. enter and run pass the command's status through and use\n"
    "125 (psbc failed), 126 (cannot execute) and 127 (not found).";

/// All that the parser fills in.
struct Options {
  std::vector<std::string> change_to;
  std::string color = "auto";
  bool quiet = false;
  BuildOptions build;
  EnterOptions enter;
  EnterOptions run;
  InitOptions init;
  TrustOptions trust;
  CleanOptions clean;
  bool schema_user = false;
};

void define(CLI::App& app, Options& o) {
  app.require_subcommand(0, 1);
  app.footer(footer);
  app.set_help_flag("-h,--help", "Show this and exit");
  app.set_version_flag("--version", "psbc " PSBC_VERSION);
  app.add_option("-C", o.change_to, "Work in DIR, as git does (may be repeated)")->type_name("DIR")->allow_extra_args(false);
  app.add_option("--color", o.color, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}))->type_name("WHEN");
  app.add_flag("-q,--quiet", o.quiet, "Only errors");

  CLI::App* init = app.add_subcommand("init", "Write .python-sandbox.toml for this project");
  init->add_option("name", o.init.name, "Name of the sandbox (default: the directory's)")->type_name("NAME");

  CLI::App* build = app.add_subcommand("build", "Compile the sandbox; rebuilds only when an input changed");
  build->add_option("directory", o.build.directories, "Projects (default: the one here)")->type_name("DIR");
  build->add_flag("--all", o.build.all, "Every project that was ever built");
  build->add_flag("--check", o.build.check, "Write nothing; exit 1 when stale");
  build->add_flag("--explain", o.build.explain, "Say why, one sentence for each changed fact");
  build->add_flag("--dry-run", o.build.dry_run, "Say what would be written; write nothing");
  build->add_flag("--diff", o.build.diff, "Show how the outputs would change; write nothing");
  build->add_flag("--force", o.build.force, "Build even when nothing changed");
  build->add_option("--print", o.build.print, "Print to stdout and write nothing: profile (for psbc enter), standalone, bash, policy")
      ->check(CLI::IsMember({"profile", "standalone", "bash", "policy"}))
      ->type_name("WHAT");

  const char* templates_help = "Templates of your own, in place of the built-in ones (see templates/)";
  build->add_option("--template", o.build.templates, templates_help)->type_name("DIR");

  CLI::App* enter = app.add_subcommand("enter", "A shell, or `-- CMD`, inside the sandbox");
  enter->add_option("directory", o.enter.directory, "The project (default: the one here)")->type_name("DIR");
  enter->add_option("--shell", o.enter.shell, "The shell to start (default: bash, with your own .bashrc)")->type_name("SHELL");

  enter->add_option("--template", o.enter.templates, templates_help)->type_name("DIR");

  CLI::App* run = app.add_subcommand("run", "One command inside: psbc run -- CMD [ARG...]");
  run->add_option("--template", o.run.templates, templates_help)->type_name("DIR");

  CLI::App* trust = app.add_subcommand("trust", "Approve what the file of this project asks for");
  trust->add_option("directory", o.trust.directory, "The project (default: the one here)")->type_name("DIR");
  CLI::Option* yes = trust->add_flag("--yes", o.trust.yes, "Without a question, for scripts that mean it");
  CLI::Option* show = trust->add_flag("--show", o.trust.show, "Show what is approved; change nothing");
  CLI::Option* revoke = trust->add_flag("--revoke", o.trust.revoke, "Withdraw the approval");
  yes->excludes(show)->excludes(revoke);
  show->excludes(revoke);

  app.add_subcommand("list", "What is built on this machine");

  CLI::App* clean = app.add_subcommand("clean", "Remove what was built for a project");
  clean->add_option("directory", o.clean.directory, "The project (default: the one here)")->type_name("DIR");
  clean->add_flag("--environment", o.clean.environment, "Also its environment, caches and state");

  CLI::App* schema = app.add_subcommand("schema", "Print the JSON Schema of .python-sandbox.toml");
  schema->add_flag("--user", o.schema_user, "The one of ~/.config/psbc/config.toml instead");
}

bool wants_color(const Options& o, const base::Env& env) {
  if (o.color != "auto") return o.color == "always";
  const auto no_color = env.get("NO_COLOR");
  if (no_color && !no_color->empty()) return false;
  return isatty(STDERR_FILENO) == 1 && env.get("TERM").value_or("dumb") != "dumb";
}

int dispatch(CLI::App& app, Options& o, std::vector<std::string> command, bool has_command) {
  Context context;
  context.env = base::Env::from_process();
  context.quiet = o.quiet;
  context.color = wants_color(o, context.env);
  for (const std::string& directory : o.change_to)
    if (chdir(directory.c_str()) != 0) {
      complain(base::system_error("change to", directory));
      return exit_usage;
    }
  char* here = getcwd(nullptr, 0);
  if (const auto cwd = here != nullptr ? base::AbsPath::parse(here) : std::nullopt) context.cwd = *cwd;
  free(here);

  const auto subcommands = app.get_subcommands();
  if (subcommands.empty()) {
    print(app.help());
    return exit_usage;
  }
  const std::string name = subcommands.front()->get_name();
  if (has_command && name != "run" && name != "enter") {
    complain("`" + name + "` takes no command after `--`", "type: psbc " + name + " --help");
    return exit_usage;
  }
  if (name == "init") return init(context, o.init);
  if (name == "build") return build(context, o.build);
  if (name == "trust") return trust(context, o.trust);
  if (name == "list") return list(context);
  if (name == "clean") return clean(context, o.clean);
  if (name == "schema") return schema(o.schema_user);
  if (name == "enter") {
    o.enter.command = std::move(command);
    return enter(context, o.enter);
  }
  if (command.empty()) {
    complain("there is no command to run", "write it after `--`, such as: psbc run -- pytest -q");
    return exit_usage;
  }
  o.run.is_run = true;
  o.run.command = std::move(command);
  return enter(context, o.run);
}

/// CLI11 says "The following argument was not expected: biuld"; people want to know what to type.
int usage_error(CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : app.get_subcommands([](CLI::App*) { return true; })) names.push_back(subcommand->get_name());
  for (const std::string& word : words) {
    if (word.starts_with('-')) continue;
    if (std::find(names.begin(), names.end(), word) != names.end()) break;
    const std::string meant = base::nearest(word, names);
    complain("there is no command `" + base::escape(word) + "`", meant.empty() ? "psbc --help lists them" : "did you mean `" + meant + "`?");
    return exit_usage;
  }
  complain(base::escape(error.what()), "psbc --help, or psbc COMMAND --help");
  return exit_usage;
}

} // namespace

int run(int argc, char** argv) {
  // Before CLI11: the first process inside must start at once, and sees nothing of the options.
  if (argc >= 2 && std::string_view(argv[1]) == "jail-init") return runtime::jail_init_main();
  signal(SIGPIPE, SIG_IGN); // a closed pager is a failed write, not a death

  // What follows `--` belongs to the command inside, whatever it looks like.
  std::vector<std::string> words, command;
  bool has_command = false;
  for (int i = 1; i < argc; ++i) {
    if (has_command) command.emplace_back(argv[i]);
    else if (std::string_view(argv[i]) == "--") has_command = true;
    else words.emplace_back(argv[i]);
  }
  CLI::App app{description, "psbc"};
  Options options;
  try {
    define(app, options);
    std::vector<std::string> reversed(words.rbegin(), words.rend()); // as CLI11 wants them
    app.parse(reversed);
  } catch (const CLI::Success& success) { // --help, --version
    print(dynamic_cast<const CLI::CallForVersion*>(&success) != nullptr ? std::string(success.what()) + "\n" : app.help());
    return exit_fine;
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, words);
  }
  return dispatch(app, options, std::move(command), has_command);
}

} // namespace psbc::cli
