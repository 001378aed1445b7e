// SPDX-License-Identifier: MIT
#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/recording.h"
#include "driver/ceiling.h"
#include "driver/compile.h"
#include "driver/git_file.h"
#include "driver/hidden_leaks.h"
#include "driver/registry.h"
#include "driver/standing.h"
#include "trust/store.h"

namespace psbc::cli {
namespace {

/// What the file grants, riskiest first, then what it withholds: the set that is approved, and nothing else.
void say_grants(const Context& context, const std::string& name, const trust::Capabilities& capabilities, const base::AbsPath& home) {
  say(context, "the sandbox `" + name + "` may");
  for (const trust::Step& step : trust::widening({}, capabilities)) say(context, "  " + trust::shown(step, home));
  bool said = false;
  for (const trust::Step& step : trust::widening(capabilities, {})) {
    if (step.added) continue;
    if (!std::exchange(said, true)) say(context, "and the file withholds");
    say(context, "  + " + trust::shown(step, home).substr(2));
  }
}

using driver::Standing;
using Is = driver::Standing::Is;

std::string sentence(const Standing& standing, const std::string& note, const base::AbsPath& home) {
  switch (standing.is) {
    case Is::approved: return " is approved as it is";
    case Is::organisation: {
      const std::string where = policy::origin_text(standing.row->digest.span, home);
      return " is approved by your organisation, " + base::escape(where) + ", until " + standing.row->until.value + ": " + base::escape(standing.row->reason.value);
    }
    case Is::wider: return " asks for more than was approved";
    case Is::denied: return " was refused; what was approved before, if anything, stays in use";
    case Is::never: break;
  }
  return " was never approved" + (note.empty() ? "" : ": " + note);
}

/// For programs: what the file grants, what of it is new, and how it stands.
void print_json(const trust::Approval& approval, const driver::Asked& asked, const Standing& standing, const policy::Places& places, const base::AbsPath& root) {
  const auto list = [&](const std::vector<trust::Step>& steps) {
    std::string out;
    for (const trust::Step& step : steps) out += (out.empty() ? "" : ",") + trust::json(step, places.home);
    return "[" + out + "]";
  };
  print("{\"version\":1,\"root\":" + base::json_text(root.string()) + ",\"state\":\"" + std::string(driver::to_string(standing.is)) +
        "\",\"digest\":" + base::json_text(trust::digest(asked.capabilities, places.home)) + ",\"grants\":" + list(trust::widening({}, asked.capabilities)) +
        ",\"new\":" + list(approval.granted ? trust::widening(*approval.granted, asked.capabilities) : trust::widening({}, asked.capabilities)) + "}\n");
}

/// Said where it could not be; false only where the organisation requires it.
bool is_recorded(const audit::Sink& sink, std::string_view decision, const std::string& grants, const std::string& commit) {
  audit::Event event("trust");
  event.text("decision", decision);
  if (!grants.empty()) event.text("grants", grants);
  if (!commit.empty()) event.text("commit", commit);
  const auto written = audit::append(sink, {event});
  if (written) return true;
  if (sink.is_required) complain(written.error());
  else warn("this is not in the record: " + base::describe(written.error()));
  return !sink.is_required;
}

/// The root for which the same set was approved: a clone that moved, or a worktree.
std::string same_elsewhere(Context& context, const policy::Places& places, const trust::Store& store, const trust::Capabilities& asked) {
  const auto known = driver::known_projects(context.fs, places);
  if (known)
    for (const driver::KnownProject& other : *known)
      if (const auto approval = store.lookup(other.id, other.root); approval && approval->granted && *approval->granted == asked)
        return base::display_path(other.root, places.home);
  return {};
}

} // namespace

int trust(Context& context, const TrustOptions& options) {
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  const auto project = project_here(context, options.directory, status);
  if (!project) return status;
  const std::string id = policy::project_id(project->root);
  const std::string shown_root = "`" + base::escape(base::display_path(project->root, places->home)) + "`";
  const trust::Store store(places->state);

  if (options.revoke) {
    if (!is_recorded(sink_here(context, *places, project->root), "revoked", "", "")) return exit_machine;
    const auto revoked = store.revoke(id);
    if (!revoked) {
      complain(revoked.error());
      return exit_machine;
    }
    say(context, *revoked ? shown_root + " is not approved any more" : shown_root + " was not approved");
    return exit_fine;
  }

  const auto self = self_here(context, status);
  if (!self) return status;
  // The file is read once: what is judged and shown is what is kept (THREATS E3).
  driver::CompileInput input{.places = *places, .project = *project, .self = *self, .fs = context.fs, .env = context.env};
  if (!options.from.empty()) {
    auto text = driver::file_at(project->root, options.from);
    if (!text) {
      complain(text.error());
      return exit_usage;
    }
    if (!*text) {
      complain("the commit `" + base::escape(options.from) + "` has no " + driver::config_name + " for " + shown_root + ", so there is nothing to approve");
      return exit_not_trusted;
    }
    input.approved = std::move(**text);
  }
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  auto asked = driver::asked(input, sources, diagnostics);
  if (asked && options.digest) {
    // Also of what the organisation does not allow: that is what an exception is asked for with.
    print(trust::digest(asked->capabilities, places->home) + "\n");
    return exit_fine;
  }
  std::optional<policy::Policy> policy;
  if (asked) {
    input.approved = asked->config;
    policy = driver::compile_policy(input, sources, diagnostics);
  }
  show(context, diagnostics);
  if (!policy) return status_of(diagnostics);
  const auto ceiling = driver::load_ceiling(context.fs, sources, diagnostics);
  if (!ceiling) return status_of(diagnostics);
  auto approval = store.lookup(id, project->root);
  if (!approval) {
    complain(approval.error());
    return exit_machine;
  }
  const Standing standing = driver::judge(*approval, asked->capabilities, *ceiling, places->home);
  if (options.json) {
    print_json(*approval, *asked, standing, *places, project->root);
    if (options.show) return standing.may_enter() ? exit_fine : exit_not_trusted;
  }
  if (approval->granted && !standing.may_enter() && !options.show) {
    say(context, "the sandbox `" + policy->name + "` would besides");
    for (const trust::Step& step : trust::widening(*approval->granted, asked->capabilities)) say(context, "  " + trust::shown(step, places->home));
  } else {
    say_grants(context, policy->name, asked->capabilities, places->home);
  }
  std::vector<std::string> read_only;
  for (const policy::Rule& rule : policy->rules)
    if (rule.access == policy::Access::read_only) read_only.push_back(rule.path.string());
  say_remote_secrets(context, *places, read_only);
  for (const lint::Leak& leak : driver::hidden_leaks(context.fs, *policy)) say(context, "psbc: " + leak.sentence + "; " + leak.help);
  if (const config::GrantsRow* const row = driver::exception_for(*ceiling, asked->capabilities, *places))
    say(context, "your organisation's policy makes an exception for it, " + base::escape(policy::origin_text(row->digest.span, places->home)) + ", until " + row->until.value + ": " + base::escape(row->reason.value));
  if (options.show || (standing.may_enter() && !options.yes)) {
    say(context, shown_root + sentence(standing, approval->note, places->home));
    return standing.may_enter() ? exit_fine : exit_not_trusted;
  }
  if (standing.is == Is::never)
    if (const std::string where = same_elsewhere(context, *places, store, asked->capabilities); !where.empty())
      say(context, "the same is approved for `" + base::escape(where) + "`");

  const Answer answer = options.yes ? Answer::yes : ask(context, "approve? [y/N] ");
  if (answer != Answer::none && !is_recorded(sink_of(*places, policy->audit, policy->audit_required, project->root.string()), answer == Answer::yes ? "approved" : "refused",
                                             trust::digest(asked->capabilities, places->home), options.from))
    return exit_machine;
  if (answer == Answer::yes) *approval = {.granted = std::move(asked->capabilities), .config = std::move(asked->config), .denied = {}};
  else if (answer == Answer::no) approval->denied = trust::digest(asked->capabilities, places->home);
  if (answer != Answer::none)
    if (const auto kept = store.keep(id, project->root, *approval); !kept) {
      complain(kept.error());
      return exit_machine;
    }
  if (answer == Answer::yes) {
    say(context, "approved for " + shown_root);
    return exit_fine;
  }
  if (answer == Answer::no) say(context, "refused; this is not asked again");
  else complain("nothing was approved", "read the list above; if it is what you want, type: psbc trust --yes");
  return exit_not_trusted;
}

} // namespace psbc::cli
