// SPDX-License-Identifier: MIT
// psbc verify: attacks that work on this machine, tried in the sandbox of this project as psbc run builds it, on decoys.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/landlock.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/verify.h"
#include "driver/compile.h"
#include "policy/explain.h"
#include "runtime/verify/decoys.h"
#include "driver/standing.h"

namespace psbc::cli {
namespace {

using base::AbsPath;
using base::json_text;

constexpr int outside_limit = 10, inside_limit = 60; // seconds

constexpr std::array<const char*, 4> verdict_names = {"pass", "fail", "open", "unknown"};
constexpr std::array<const char*, 4> verdict_words = {"pass", "FAIL", "open", "cannot tell"};

/// What the file, or the kernel, leaves open: said by psbc build as well. Empty: nothing of this probe.
std::string why_open(std::string_view id, const policy::Policy& policy) {
  const bool shares = policy.network.access == config::NetworkAccess::full;
  if (id == "localhost" && shares) return "the network is shared: `[network] access`";
  if (id == "x-server" && policy.devices.x11) return "`[devices] gui`, by an X server";
  if (id == "wayland" && policy.devices.gui) return "`[devices] gui`";
  if (id == "abstract-socket" && policy.devices.x11) return "`[devices] gui`, by an X server, which X clients ask for that way";
  if (id == "abstract-socket" && policy.network.access != config::NetworkAccess::none && (policy.accept_abstract || base::landlock_version() < base::landlock_with_scopes))
    return "closing them takes Landlock's scopes (Linux 6.12), or `[network] access = \"none\"`";
  return "";
}

AttackRow judge(const runtime::Probe& probe, const policy::Policy& policy, const runtime::Decoys::Ran& outside, const runtime::Decoys::Ran& inside, bool is_ours) {
  const auto found = outside.reached.find(probe.id);
  if (found == outside.reached.end()) return {probe, Attack::unknown, "nothing of the kind is here"};
  if (inside.reached.at(probe.id)) {
    std::string open = is_ours ? why_open(probe.id, policy) : "";
    return {probe, open.empty() ? Attack::through : Attack::open, std::move(open)};
  }
  if (!found->second) return {probe, Attack::unknown, "it does not work outside either"};
  return {probe, Attack::stopped, ""};
}

std::vector<std::string> paths_of(const policy::Policy& policy, policy::Access access, bool directories) {
  std::vector<std::string> out;
  for (const policy::Rule& rule : policy.rules)
    if (rule.access == access && rule.exists && (!directories || (rule.directory && rule.origin.source == policy::Origin::Source::project))) out.push_back(rule.path.string());
  return out;
}

std::vector<std::string> crossing(const policy::Policy& policy) {
  std::vector<std::string> out = policy.pass;
  for (const policy::Token& token : policy.tokens) out.push_back(token.name);
  for (const policy::Variable& variable : policy.variables) out.push_back(variable.name);
  return out;
}

std::string text(const Verified& all) {
  std::string out = "`" + base::escape(all.name) + "`: " + std::to_string(all.rows.size()) + " attacks, each tried outside first\n";
  for (const Attack verdict : {Attack::through, Attack::open, Attack::stopped, Attack::unknown})
    for (const AttackRow& row : all.rows) {
      if (row.came_to != verdict) continue;
      const std::string word = verdict_words[static_cast<std::size_t>(verdict)], id = row.probe.id;
      out += word + std::string(13 - word.size(), ' ') + id + std::string(22 - id.size(), ' ') + row.probe.what + (verdict == Attack::unknown ? ": " + row.why : " (" + std::string(row.probe.stands_for) + ")") + "\n";
      if (!row.why.empty() && verdict != Attack::unknown) out += std::string(13, ' ') + row.why + "\n";
    }
  return out + all.summary() + "\n";
}

std::string json(const Verified& all) {
  std::string list;
  for (const AttackRow& row : all.rows)
    list += (list.empty() ? "" : ",\n") + ("{\"id\":" + json_text(row.probe.id) + ",\"vector\":" + json_text(row.probe.row) + ",\"what\":" + json_text(row.probe.what) + ",\"stands_for\":" + json_text(row.probe.stands_for) +
                                         ",\"verdict\":" + json_text(row.verdict()) + ",\"why\":" + (row.why.empty() ? "null" : json_text(row.why)) + "}");
  std::string out = "{\"version\":1,\"name\":" + json_text(all.name) + ",\"root\":" + json_text(all.root.string());
  for (std::size_t n = 0; n < all.counts.size(); ++n) out += std::string(",\"") + verdict_names[n] + "\":" + std::to_string(all.counts[n]);
  return out + ",\"probes\":[" + list + "]}\n";
}

} // namespace

const char* AttackRow::verdict() const { return verdict_names[static_cast<std::size_t>(came_to)]; }

std::string Verified::summary() const {
  return std::to_string(counts[0]) + " passed, " + std::to_string(counts[1]) + " failed, " + std::to_string(counts[2]) + " open, " + std::to_string(counts[3]) + " cannot be told here";
}

std::optional<Verified> try_attacks(Context& context, const VerifyOptions& options, int& status) {
  status = exit_not_trusted;
  if (refuse_inside("the attacks are tried from outside", "type it in a terminal outside")) return std::nullopt;
  const auto places = places_here(context, status);
  if (!places) return std::nullopt;
  const auto project = project_here(context, options.directory, status);
  if (!project) return std::nullopt;
  const auto self = self_here(context, status);
  if (!self) return std::nullopt;
  const auto approval = trust::Store(places->state).lookup(policy::project_id(project->root), project->root);
  if (!approval) {
    complain(approval.error());
    return std::nullopt;
  }
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  driver::CompileInput input{.places = *places, .project = *project, .self = *self, .fs = context.fs, .env = context.env};
  auto judged = driver::judge(input, *approval, sources, diagnostics);
  if (judged.standing.is == driver::Standing::Is::organisation) input.approved = std::move(judged.asked->config);
  else if (approval->granted) input.approved = approval->config;
  else {
    complain("`" + base::escape(base::display_path(project->config_file, places->home)) + "` was never approved", "see what it asks for: psbc trust");
    return std::nullopt;
  }
  diagnostics = {};
  const auto policy = driver::compile_policy(input, sources, diagnostics);
  if (!policy) {
    show(context, diagnostics);
    status = status_of(diagnostics);
    return std::nullopt;
  }

  const auto is_granted = [&](const AbsPath& path, bool to_write) {
    const policy::Explanation found = policy::explain(*policy, context.fs, path);
    return found.rule != nullptr && (found.seen == policy::Seen::writable || (found.seen == policy::Seen::read_only && !to_write));
  };
  const auto decoys = runtime::Decoys::make({.psbc = *self, .home = places->home, .project = project->root, .state = places->state, .data = places->data, .config_file = project->config_file.string(),
                                             .hidden = paths_of(*policy, policy::Access::hidden, false), .read_only = paths_of(*policy, policy::Access::read_only, true),
                                             .crossing = crossing(*policy), .is_granted = is_granted, .environment = context.env});
  if (!decoys) {
    complain(decoys.error());
    status = exit_machine;
    return std::nullopt;
  }
  const runtime::Decoys::Ran outside = (*decoys)->run((*decoys)->attempts(), outside_limit);
  const bool is_ours = options.command.empty();
  std::vector<std::string> command = is_ours ? std::vector<std::string>{self->string(), "run", "--no-tokens", "--"} : options.command;
  for (std::string& word : (*decoys)->attempts()) command.push_back(std::move(word));
  const runtime::Decoys::Ran inside = (*decoys)->run(std::move(command), inside_limit);
  if (!outside.finished || !inside.finished) {
    for (const std::string_view line : base::split(inside.said, '\n'))
      if (outside.finished && !line.empty()) say(context, base::escape(line));
    complain(outside.finished ? "the sandbox could not be entered, so nothing is known of it" : "the attacks could not be tried outside, so nothing is known", "psbc doctor");
    status = exit_machine;
    return std::nullopt;
  }

  Verified out{.name = policy->name, .root = project->root, .rows = {}};
  for (const runtime::Probe& probe : runtime::probes()) {
    out.rows.push_back(judge(probe, *policy, outside, inside, is_ours));
    ++out.counts[static_cast<std::size_t>(out.rows.back().came_to)];
  }
  status = out.counts[static_cast<std::size_t>(Attack::through)] > 0 ? exit_findings : exit_fine;
  return out;
}

int verify(Context& context, const VerifyOptions& options) {
  int status = exit_fine;
  const auto all = try_attacks(context, options, status);
  if (all) print(options.json ? json(*all) : text(*all));
  return status;
}

} // namespace psbc::cli
