// SPDX-License-Identifier: MIT
#include "cli/enter_tokens.h"

#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "driver/compile.h"
#include "runtime/environment.h"

namespace psbc::cli {
namespace {

constexpr int default_timeout_s = 60;
constexpr int max_timeout_s = 3600;

int timeout_ms(const base::Env& env) {
  int seconds = default_timeout_s;
  const std::string text = env.get("PSBC_TOKEN_TIMEOUT").value_or("");
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::clamp(seconds, 1, max_timeout_s) * 1000;
}

} // namespace

std::optional<runtime::Tokens> tokens_for(Context& context, const policy::Places& places, const emit::EnterPlan& plan, bool are_wanted) {
  if (plan.tokens.empty()) return runtime::Tokens{};
  // Not only while they are looked for: the environment that psbc was started with may hold one as well.
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);

  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto user = driver::load_user_config(context.fs, places, sources, diagnostics);
  show(context, diagnostics);
  const auto root = base::AbsPath::parse(plan.project);
  if (!user || !root) return std::nullopt;

  std::vector<base::AbsPath> writable;
  for (const std::string& path : plan.writable)
    if (const auto parsed = base::AbsPath::parse(path)) writable.push_back(*parsed);
  const auto source_of = [&](std::string_view name) { return policy::find_token_source(*user, context.fs, *root, places.home, writable, name); };
  auto tokens = !are_wanted ? runtime::Tokens{} : runtime::find_tokens(
      {.plan = plan,
       .source_of = source_of,
       .host = context.env,
       .timeout_ms = timeout_ms(context.env),
       .is_terminal = isatty(STDERR_FILENO) == 1,
       .say = [&](std::string_view line) { say(context, line); }});
  for (const emit::PlannedToken& token : plan.tokens) {
    const auto source = source_of(token.name);
    const bool is_variable = source && source->reader == config::SourceReader::variable;
    if (is_variable && !runtime::crosses(plan, source->words[0])) context.env.forget(source->words[0]);
    context.env.forget(token.name); // the broad one, which its owner has under the same name
  }
  for (const std::string& note : tokens.notes) say(context, "psbc: " + note);
  for (const base::Error& problem : tokens.problems) complain(problem);
  if (!tokens.problems.empty()) return std::nullopt;
  return tokens;
}

} // namespace psbc::cli
