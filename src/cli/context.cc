// SPDX-License-Identifier: MIT
#include "cli/context.h"

#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "base/token_forms.h"
#include "diag/render.h"
#include "policy/git_remotes.h"
#include "runtime/inside.h"

namespace psbc::cli {

// All that psbc says leaves through these two, and no token with it.
void print(std::string_view text) { static_cast<void>(base::write_all(STDOUT_FILENO, base::redact(text), "stdout")); }

namespace {

void to_stderr(std::string_view text) { static_cast<void>(base::write_all(STDERR_FILENO, base::redact(text), "stderr")); }

} // namespace

void say(const Context& context, std::string_view line) {
  if (!context.quiet) to_stderr(std::string(line) + "\n");
}

void warn(std::string_view text, std::string_view line_break) {
  const std::string around(line_break);
  to_stderr(around + "psbc: warning: " + std::string(text) + (around.empty() ? "\n" : around));
}

void complain(std::string_view message, std::string_view hint) {
  std::string text = "psbc: error: " + std::string(message) + "\n";
  if (!hint.empty()) text += "  help: " + std::string(hint) + "\n";
  to_stderr(text);
}

void complain(const base::Error& error) { complain(base::describe(error), error.hint); }

int status_of(const diag::Diagnostics& diagnostics) {
  const auto has = [&](const auto& is) {
    return std::any_of(diagnostics.all().begin(), diagnostics.all().end(), [&](const diag::Diagnostic& one) { return one.severity == diag::Severity::error && is(one.code); });
  };
  if (has([](diag::Code code) { return diag::family(code) == diag::Family::machine; })) return exit_machine;
  return has([](diag::Code code) { return code == diag::Code::exceeds_policy; }) ? exit_not_trusted : exit_usage;
}

bool refuse_inside(std::string_view why, std::string_view hint) {
  const auto session = runtime::inside_session();
  if (session) complain("you are inside the sandbox `" + base::escape(session->name) + "`, " + std::string(why), hint);
  return session.has_value();
}

void show(const Context& context, const diag::Diagnostics& diagnostics) {
  const bool by_hook = context.errors != Context::Errors::all;
  if (diagnostics.empty() || context.errors == Context::Errors::none || ((context.quiet || by_hook) && !diagnostics.has_errors())) return;
  if (by_hook) return to_stderr("psbc: the sandbox was not entered: its .python-sandbox.toml has errors, which psbc build shows\n");
  to_stderr(diag::render(diagnostics, {.color = context.color}));
}

Answer ask(const Context& context, const char* question) {
  if (context.quiet || isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1) return Answer::none;
  static_cast<void>(base::write_all(STDERR_FILENO, question, "stderr"));
  std::string line;
  char c = 0;
  while (line.size() < 16 && read(STDIN_FILENO, &c, 1) == 1 && c != '\n') line += c;
  if (line == "y" || line == "Y" || line == "yes") return Answer::yes;
  return line == "n" || line == "N" || line == "no" ? Answer::no : Answer::none;
}

void say_remote_secrets(Context& context, const policy::Places& places, const std::vector<std::string>& read_only) {
  constexpr std::size_t most = 3;
  const auto found = policy::find_remote_secrets(context.fs, policy::git_settings(read_only));
  for (std::size_t i = 0; i < std::min(found.size(), most); ++i) say(context, "psbc: " + policy::describe(found[i], places.home));
  if (found.size() > most) say(context, "psbc: and " + std::to_string(found.size() - most) + " more secrets in the settings of git");
}

std::optional<base::AbsPath> absolute(const Context& context, const std::string& directory) {
  if (directory.starts_with('/')) {
    if (const auto path = base::AbsPath::parse(directory)) return path;
  } else if (const auto path = context.cwd.join(directory)) {
    return path;
  }
  // `..` needs the real parents.
  return base::real_path(directory.starts_with('/') ? directory : context.cwd.string() + "/" + directory);
}

std::optional<driver::Project> project_here(Context& context, const std::string& directory, int& status) {
  const auto start = directory.empty() ? std::optional(context.cwd) : absolute(context, directory);
  if (!start || context.first_look.kind(*start) == base::Kind::absent) {
    complain("there is no directory `" + base::escape(directory) + "`", directory.find('/') == std::string::npos ? "psbc list shows the sandboxes that were built" : "");
    status = exit_not_trusted;
    return std::nullopt;
  }
  auto project = driver::find_project(context.first_look, *start);
  if (!project) {
    complain(project.error());
    status = exit_machine;
    return std::nullopt;
  }
  if (!*project) {
    complain("there is no .python-sandbox.toml in `" + base::escape(start->string()) + "` or above it",
             "go to your project and type: psbc init");
    status = exit_not_trusted;
    return std::nullopt;
  }
  return **project;
}

std::optional<policy::Places> places_here(Context& context, int& status) {
  auto places = policy::find_places(context.first_look, context.env);
  if (places) return *places;
  complain(places.error());
  status = exit_machine;
  return std::nullopt;
}

std::optional<base::AbsPath> self_here(Context& context, int& status) {
  auto self = driver::find_self(context.fs);
  if (self) return *self;
  complain(self.error());
  status = exit_machine;
  return std::nullopt;
}

} // namespace psbc::cli
