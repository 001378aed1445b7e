// SPDX-License-Identifier: MIT
// `psbc tokens`: which action, and the two that change the user's own file.
#include <algorithm>
#include <array>

#include "base/catalogue.h"
#include "base/text.h"
#include "base/token_forms.h"
#include "cli/commands.h"
#include "cli/tokens.h"
#include "driver/token_settings.h"

namespace psbc::cli {
namespace {

int wrong(std::string_view message, std::string_view hint) {
  complain(message, hint);
  return exit_usage;
}

bool is_variable(std::string_view name) {
  return !name.empty() && name.size() <= 128 && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), [](char c) { return base::belongs_to(c, base::Alphabet::word); });
}

/// Where a setting belongs: the project here, or nothing for all of them. False when there is no project.
bool find_root(Context& context, bool here, std::optional<base::AbsPath>& root, int& status) {
  if (!here) return true;
  const auto project = project_here(context, {}, status);
  if (project) root = project->root;
  return project.has_value();
}

int report(Context& context, const policy::Places& places, const base::Result<base::AbsPath>& file, const diag::Diagnostics& diagnostics,
           const std::string& done) {
  show(context, diagnostics);
  if (file) {
    say(context, done + " in " + base::escape(base::display_path(*file, places.home)));
    return exit_fine;
  }
  complain(file.error());
  return file.error().code == EINVAL ? exit_usage : file.error().code == ENOENT ? exit_not_trusted : exit_machine;
}

int set(Context& context, const TokensOptions& options) {
  const auto& words = options.words;
  std::vector<std::string> source(words.begin() + std::min<std::ptrdiff_t>(2, static_cast<std::ptrdiff_t>(words.size())), words.end());
  const bool is_command = !options.command.empty() || source.size() > 1;
  source.insert(source.end(), options.command.begin(), options.command.end());
  if (words.size() < 2 || source.empty())
    return wrong("a token needs a name and a source", "such as: psbc tokens set HF_TOKEN pass:hf/readonly --kind read");
  const std::string& name = words[1];
  if (!is_variable(name)) return wrong("`" + base::escape(name) + "` is not the name of a variable", "write it as tools read it: psbc tokens set HF_TOKEN ...");
  if (std::any_of(source.begin(), source.end(), [](const std::string& word) { return base::find_token(word).has_value(); }))
    return wrong("this looks like the token itself, and it is in the history of your shell now", "a source says where it is: psbc tokens set " + name + " ask:");

  int status = exit_fine;
  const auto places = places_here(context, status);
  std::optional<base::AbsPath> root;
  if (!places || !find_root(context, options.here, root, status)) return status;
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto file = driver::set_token(context.fs, *places,
                                      {.name = name, .root = root, .source = source, .is_command = is_command, .kind = options.kind, .as = options.as},
                                      sources, diagnostics);
  const int result = report(context, *places, file, diagnostics, name + (root ? " has a source for this project" : " has a source"));
  if (const std::string meant = base::service_of_variable(name) ? "" : base::nearest_variable(name); result == exit_fine && !meant.empty())
    say(context, "psbc knows no service with " + name + "; did you mean " + meant + "?");
  return result;
}

int remove(Context& context, const TokensOptions& options) {
  if (options.words.size() != 2) return wrong("rm takes one name", "psbc tokens list");
  int status = exit_fine;
  const auto places = places_here(context, status);
  std::optional<base::AbsPath> root;
  if (!places || !find_root(context, options.here, root, status)) return status;
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto file = driver::remove_token(context.fs, *places, options.words[1], root, sources, diagnostics);
  if (!file && file.error().code == ENOENT) {
    complain("there is no source for `" + base::escape(options.words[1]) + "`" + (root ? " for this project" : ""), "psbc tokens list");
    return exit_not_trusted;
  }
  return report(context, *places, file, diagnostics, base::escape(options.words[1]) + " has no source any more");
}

struct Action {
  const char* name;
  int (*run)(Context&, const TokensOptions&);
};
constexpr std::array<Action, 5> actions = {{{"list", list_tokens}, {"info", token_info}, {"set", set}, {"rm", remove}, {"check", check_tokens}}};

} // namespace

int tokens(Context& context, const TokensOptions& options) {
  const std::string name = options.words.empty() ? "list" : options.words[0];
  for (const Action& action : actions)
    if (name == action.name) {
      if (name != "set" && !options.command.empty()) return wrong("only `psbc tokens set` takes a command after `--`", "psbc tokens --help");
      return action.run(context, options);
    }
  const std::string meant = base::nearest(name, {"list", "info", "set", "rm", "check"});
  return wrong("there is no `psbc tokens " + base::escape(name) + "`", meant.empty() ? "psbc tokens --help" : "did you mean `" + meant + "`?");
}

} // namespace psbc::cli
