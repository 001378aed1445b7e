// SPDX-License-Identifier: MIT
// `psbc tokens check`: gets the value as an entry would, and asks the service itself what it may do.
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/catalogue.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/tokens.h"
#include "runtime/token_check.h"
#include "runtime/token_values.h"

namespace psbc::cli {
namespace {

using Kind = runtime::TokenVerdict::Kind;

constexpr int source_timeout_ms = 60'000;

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::read: return "read-only";
    case Kind::write: return "can write";
    case Kind::unknown: return "cannot tell";
    case Kind::refused: return "refused";
  }
  return "";
}

void print_result(const std::string& name, std::string_view verdict, const std::string& detail) {
  std::string line = name, what(verdict);
  line.resize(std::max<std::size_t>(line.size() + 2, 28), ' ');
  if (!detail.empty()) what.resize(std::max<std::size_t>(what.size() + 2, 13), ' ');
  print(base::escape(line + what + detail) + "\n");
}

/// The value, as an entry into the project here would get it.
std::optional<base::Secret> value_of(Context& context, const KnownToken& token, const emit::EnterPlan& plan) {
  const auto source = [&](std::string_view) { return token.source; };
  auto found = runtime::find_tokens({.plan = plan, .source_of = source, .host = context.env, .timeout_ms = source_timeout_ms,
                                     .is_terminal = isatty(STDERR_FILENO) == 1, .say = [&](std::string_view line) { say(context, line); }});
  for (const base::Error& problem : found.problems) complain(problem);
  if (!found.problems.empty()) return std::nullopt;
  if (!found.variables.empty()) return std::move(found.variables[0].value);
  return found.files.empty() ? std::nullopt : std::optional(std::move(found.files[0].bytes));
}

/// exit_fine, exit_findings, or exit_machine.
int check_one(Context& context, const policy::Places& places, const TokenView& view, const KnownToken& token, const std::string& endpoint) {
  const auto service = base::service_of_variable(token.name);
  if (!service || !runtime::can_check(service->id)) {
    print_result(token.name, "cannot tell", service ? std::string(service->title) + " has no way to ask that psbc knows" : "psbc knows no service with this variable");
    return exit_fine;
  }
  emit::EnterPlan plan;
  plan.home = places.home.string();
  plan.tokens = {{.name = token.name}};
  if (view.project) plan.project = view.project->root.string();
  if (view.project) plan.writable = {plan.project};
  plan.root = (places.data / "sandboxes").string();
  const auto value = value_of(context, token, plan);
  if (!value) return exit_machine;
  std::vector<std::string> writable = plan.writable;
  writable.push_back(plan.root);
  const runtime::HostPrograms host(context.env, std::move(writable));
  const auto verdict = runtime::check_token({.service = service->id, .token = value->view(), .endpoint = endpoint, .host = host});
  if (!verdict) {
    complain(base::Error{.operation = "ask " + std::string(service->title) + " about", .object = token.name, .code = 0, .cause = verdict.error().cause, .hint = verdict.error().hint});
    return exit_machine;
  }
  print_result(token.name, word(verdict->kind), std::string(service->title) + (verdict->detail.empty() ? "" : ": " + verdict->detail));
  const bool said_read = token.source->kind == config::TokenKind::read;
  if (verdict->kind == Kind::write && (said_read || token.read_only)) {
    say(context, "psbc: " + token.name + (said_read ? " is called read-only at " + base::escape(token.source->where) : " is asked for as read-only here") + ", and it can write" +
                     (service->read_only.empty() ? "" : "; get " + std::string(service->read_only) +
                                                            (service->read_only_link.empty() ? "" : ": " + std::string(service->read_only_link))));
    return exit_findings;
  }
  if (verdict->kind == Kind::read && !said_read)
    say(context, "psbc: " + token.name + " can only read: say so with kind = \"read\" at " + base::escape(token.source->where));
  return verdict->kind == Kind::refused ? exit_findings : exit_fine;
}

} // namespace

int check_tokens(Context& context, const TokensOptions& options) {
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // values come by
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto view = view_tokens(context, *places, status);
  if (!view) return status;
  const std::vector<std::string> names(options.words.begin() + 1, options.words.end());
  for (const std::string& name : names)
    if (std::none_of(view->tokens.begin(), view->tokens.end(), [&](const KnownToken& token) { return token.name == name && token.source; })) {
      complain("you have named no source for `" + base::escape(name) + "`", "psbc tokens list");
      return exit_not_trusted;
    }
  int worst = exit_fine;
  std::size_t checked = 0;
  for (const KnownToken& token : view->tokens) {
    const bool wanted = names.empty() ? token.asked || !view->project : std::find(names.begin(), names.end(), token.name) != names.end();
    if (!wanted || !token.source) continue;
    ++checked;
    worst = std::max(worst, check_one(context, *places, *view, token, options.endpoint));
  }
  if (checked == 0) say(context, "there is nothing to check: no token of this project has a source; psbc tokens list");
  return worst;
}

} // namespace psbc::cli
