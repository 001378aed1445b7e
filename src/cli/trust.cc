// SPDX-License-Identifier: MIT
#include "base/text.h"
#include "cli/commands.h"
#include "driver/compile.h"
#include "trust/store.h"

namespace psbc::cli {
namespace {

/// What the file asks for, in words: everything that is not psbc's own.
void say_grants(const Context& context, const policy::Policy& policy) {
  const auto asked = [](const policy::Origin& origin) {
    return origin.source == policy::Origin::Source::project || origin.source == policy::Origin::Source::user;
  };
  const auto shown = [&](const base::AbsPath& path) { return base::escape(base::display_path(path, policy.home)); };
  say(context, "the sandbox `" + policy.name + "` may");
  for (const policy::Rule& rule : policy.rules)
    if (asked(rule.origin) && rule.access == policy::Access::writable) say(context, "  + write  " + shown(rule.path));
  for (const policy::Rule& rule : policy.rules)
    if (asked(rule.origin) && rule.access == policy::Access::read_only) say(context, "  + read   " + shown(rule.path));
  for (const policy::Token& token : policy.tokens) say(context, "  + token  " + describe(token));
  if (!policy.network.origin.where.empty()) {
    const bool closed = policy.network.access == config::NetworkAccess::none;
    say(context, closed ? "  - network" : "  + use the network: " + describe(policy.network));
  }
  for (const std::string& name : policy.pass) say(context, "  + see the variable " + name);
  for (const policy::Variable& variable : policy.variables)
    if (asked(variable.origin)) say(context, "  + set the variable " + variable.name + "=" + base::escape(variable.value));
  for (const policy::SshHost& host : policy.ssh.hosts) say(context, "  + ssh: sign in to " + base::escape(host.text) + " with a key of yours");
  if (policy.ssh.signing) say(context, "  + ssh: sign commits and tags with a key of yours");
  for (const policy::Rule& rule : policy.rules)
    if (asked(rule.origin) && rule.access == policy::Access::hidden) say(context, "  - hidden " + shown(rule.path));
}

int show_approval(const Context& context, const trust::Approval& approval, const std::string& shown_root) {
  switch (approval.verdict) {
    case trust::Verdict::approved:
      say(context, shown_root + " is approved as it is");
      break;
    case trust::Verdict::changed:
      say(context, shown_root + " was approved, and has changed since");
      break;
    case trust::Verdict::never:
      say(context, shown_root + " was never approved" + (approval.note.empty() ? "" : ": " + approval.note));
      break;
  }
  return approval.verdict == trust::Verdict::approved ? exit_fine : exit_not_trusted;
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
    const auto revoked = store.revoke(id);
    if (!revoked) {
      complain(revoked.error());
      return exit_machine;
    }
    say(context, *revoked ? shown_root + " is not approved any more" : shown_root + " was not approved");
    return exit_fine;
  }

  const auto self = driver::find_self(context.fs);
  if (!self) {
    complain(self.error());
    return exit_machine;
  }
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto policy = driver::compile_policy(
      {.places = *places, .project = *project, .self = *self, .fs = context.fs, .env = context.env}, sources, diagnostics);
  show(context, diagnostics);
  if (!policy) return exit_usage;
  const std::string& bytes = sources.front().text(); // the ones that were judged
  say_grants(context, *policy);
  std::vector<std::string> read_only;
  for (const policy::Rule& rule : policy->rules)
    if (rule.access == policy::Access::read_only) read_only.push_back(rule.path.string());
  say_remote_secrets(context, *places, read_only);

  if (options.show) {
    const auto approval = store.lookup(id, project->root, bytes);
    if (approval) return show_approval(context, *approval, shown_root);
    complain(approval.error());
    return exit_machine;
  }
  if (!options.yes) {
    complain("nothing was approved", "read the list above; if it is what you want, type: psbc trust --yes");
    return exit_not_trusted;
  }
  if (const auto approved = store.approve(id, project->root, bytes); !approved) {
    complain(approved.error());
    return exit_machine;
  }
  say(context, "approved for " + shown_root);
  return exit_fine;
}

} // namespace psbc::cli
