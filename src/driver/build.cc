// SPDX-License-Identifier: MIT
#include "driver/build.h"

#include "base/digest.h"
#include "base/file.h"
#include "base/landlock.h"
#include "base/text.h"
#include "driver/build_id.h"
#include "driver/hidden_leaks.h"
#include "driver/lint.h"
#include "driver/provision.h"
#include "driver/registry.h"
#include "driver/version_cache.h"
#include "trace/claims.h"
#include "trace/recorder.h"

namespace psbc::driver {

using base::AbsPath;

namespace {

/// What a build rests on beside the world: psbc itself, what the kernel can close, and the options that change
/// what comes out.
trace::Constants constants(const BuildRequest& request) {
  trace::Constants out{{"psbc", build_id()}, {"kernel's Landlock", std::to_string(base::landlock_version())}};
  if (request.templates) out.emplace("--template", request.templates->string());
  if (request.approved) out.emplace("approved text", base::digest(*request.approved));
  return out;
}

/// A name belongs to the first project that was built with it: its environment is `~/envs/<name>`.
diag::Diagnostic taken(const std::string& name, const AbsPath& holder, const AbsPath& home) {
  return {.code = diag::Code::name_collision,
          .message = "the name `" + name + "` belongs to another project",
          .notes = {"`" + base::escape(base::display_path(holder, home)) + "` was built with it first, and ~/envs/" + name +
                    " is its environment"},
          .help = {"choose another name, or give that one up: psbc clean --envs " + base::escape(holder.string())}};
}

/// A link on the host that leads into the sandbox of another project, which is still there, is that
/// project's environment, whatever path a clone chooses for its own (THREATS D7).
base::Status refuse_foreign_links(base::Fs& fs, const policy::Policy& policy, const policy::Places& places, diag::Diagnostics& diagnostics) {
  for (const policy::Alias& alias : policy.aliases) {
    if (alias.where == policy::Alias::Where::inside || fs.kind(alias.link) != base::Kind::symlink) continue;
    const auto text = fs.target(alias.link);
    const auto target = text ? AbsPath::parse(*text) : std::nullopt;
    if (!target || !target->is_under(places.data) || target->is_under(policy.root)) continue;
    TRY_ASSIGN(const std::vector<KnownProject> known, known_projects(fs, places));
    for (const KnownProject& other : known) {
      if (!other.exists || !target->is_under(places.sandbox_root(other.id))) continue;
      diagnostics.add({.code = diag::Code::name_collision,
                       .message = "`" + base::escape(base::display_path(alias.link, places.home)) + "` belongs to another project",
                       .notes = {"it leads into the sandbox of `" + base::escape(base::display_path(other.root, places.home)) + "`"},
                       .help = {"choose another path for the environment, or another name"}});
    }
  }
  return base::ok();
}

/// What lint finds wrong beside the text: in the repository and on this machine. Asked when something is built, and no
/// fact of the build: each commit and each other project would make it stale.
void refuse_surroundings(const BuildRequest& request, const diag::SourceFile& source, diag::Diagnostics& diagnostics) {
  for (const lint::Finding& finding : lint_config(source, request.project.config_file, {.ignores = false, .severities = false}, {.env = request.env, .host = true}))
    if (finding.what.severity == diag::Severity::error && diag::rule(finding.what.code).scope != diag::Scope::text) diagnostics.add(finding.what);
}

} // namespace

base::Result<trace::Freshness> check(const BuildRequest& request) {
  const std::string id = policy::project_id(request.project.root);
  TRY_ASSIGN(const trace::Store store, trace::Store::open(request.places.state, id));
  TRY_ASSIGN(const auto current, store.current());
  base::RealFs fs;
  const trace::Constants known = constants(request);
  return trace::check(current, {.fs = fs, .env = request.env, .constants = known}, request.places.home);
}

base::Result<BuildResult> build(const BuildRequest& request, Sources& sources, diag::Diagnostics& diagnostics) {
  const std::string id = policy::project_id(request.project.root);
  VersionCachingFs fs(request.places.state);
  const trace::Constants known = constants(request);
  const trace::World world{.fs = fs, .env = request.env, .constants = known};
  TRY_ASSIGN(const trace::Store store, trace::Store::open(request.places.state, id));

  BuildResult result;
  const auto is_fresh = [&](base::Fs& look) -> base::Result<bool> {
    TRY_ASSIGN(const auto current, store.current());
    trace::Freshness freshness = trace::check(current, {.fs = look, .env = request.env, .constants = known}, request.places.home);
    if (current) result.inputs = current->trace().facts.size();
    const bool fresh = freshness.fresh();
    result.reasons = fresh ? std::vector<std::string>{"--force was given"} : std::move(freshness.inputs);
    result.damage = std::move(freshness.outputs);
    return fresh && !request.force;
  };
  bool fresh = false;
  if (!request.force) {
    TRY_ASSIGN(fresh, is_fresh(request.first_look != nullptr ? *request.first_look : static_cast<base::Fs&>(fs)));
  }
  std::optional<trace::Lock> lock;
  if (!fresh) {
    // Asked again under the lock: another build may have done it while this one waited.
    TRY_ASSIGN(lock, store.lock());
    TRY_ASSIGN(fresh, is_fresh(fs));
  }
  if (fresh) {
    result.state = BuildResult::State::fresh;
    return result;
  }

  TRY_ASSIGN(const AbsPath self, find_self(fs));
  std::optional<Compiled> compiled;
  trace::Facts facts;
  // Twice at most: what had to be made on the host changes what the policy says.
  for (int round = 0; round < 2; ++round) {
    facts.clear();
    trace::FsRecorder recorder(fs, facts);
    const trace::EnvRecorder env(request.env, facts);
    sources.clear();
    diagnostics = {};
    // Asked again through the recorder: HOME and the XDG variables are inputs too.
    TRY_ASSIGN(const policy::Places places, policy::find_places(recorder, env));
    compiled = compile({.places = places, .project = request.project, .self = self, .fs = recorder, .env = env,
                         .templates = request.templates, .approved = request.approved},
                        sources, diagnostics);
    if (!compiled) return result;
    TRY_ASSIGN(const trace::Claim claim,
               trace::Claims(places.state).claim(compiled->policy.name, compiled->policy.project, fs));
    if (!claim.owned) {
      diagnostics.add(taken(compiled->policy.name, claim.holder, places.home));
      return result;
    }
    TRY(refuse_foreign_links(fs, compiled->policy, places, diagnostics));
    refuse_surroundings(request, *compiled->source, diagnostics);
    if (diagnostics.has_errors()) return result;
    TRY_ASSIGN(const int made, provision(compiled->policy, places, self));
    if (made == 0) break;
  }

  for (const trace::Output& output : compiled->outputs)
    if (output.name == session_file || output.name == hosts_file || output.name == build_file) {
      const AbsPath path = compiled->policy.session / output.name;
      if (const auto old = fs.read(path, output.bytes.size()); !old || *old != output.bytes) TRY(base::write_atomically(path, output.bytes, 0600));
    }
  if (!compiled->excepted_until.empty()) trace::note_day(facts, compiled->excepted_until);
  TRY_ASSIGN(trace::Published published, store.publish(*lock, std::move(compiled->outputs), facts, world, request.places.home));
  TRY_ASSIGN(const bool linked, link_profile(compiled->policy, request.places));
  if (!linked)
    result.notes.push_back("~/.config/firejail/python-env-" + compiled->policy.name +
                           ".profile was written by hand and stays as it is: psbc does not use it");
  for (std::string& sentence : published.moved) result.notes.push_back(std::move(sentence));
  std::string crossing;
  for (const policy::Token& token : compiled->policy.tokens) crossing += (crossing.empty() ? "" : ", ") + describe(token);
  if (!crossing.empty()) result.notes.push_back("tokens cross, each from a source of your own: " + crossing);
  result.written = std::move(published.written);
  for (const lint::Leak& leak : hidden_leaks(fs, compiled->policy)) result.notes.push_back(leak.sentence + "; " + leak.help);
  result.open = left_open(compiled->policy, base::landlock_version());
  result.inputs = facts.size();
  result.state = BuildResult::State::built;
  return result;
}

} // namespace psbc::driver
