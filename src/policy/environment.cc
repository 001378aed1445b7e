// SPDX-License-Identifier: MIT
// Where the virtual environment and the caches are, and which interpreter it needs. On the host
// `~/envs/<name>` and `~/.cache/pysandbox-<name>` lead into the sandbox's one root, so that hard links
// from a cache into the environment work: two mounts would give EXDEV (CATALOGUE 0.6).
#include "base/text.h"
#include "policy/installation_tree.h"
#include "policy/installations.h"
#include "policy/lowering.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

/// Makes `link` lead to `inside_root`. A directory that is already there (from python-sandbox's days)
/// is used as it is; so is one that the user's own symlink leads to.
void lead_into_root(Lowering& lowering, const AbsPath& link, const AbsPath& inside_root, const char* reason,
                    const config::SpannedString& name, Alias::Where where) {
  const LowerInput& in = lowering.in;
  Origin origin = origin_of(name.span, Origin::Source::project, reason, in.places.home);
  // Our own link is never followed: what it leads to lies where a session can write, and could have
  // become a link to anything (THREATS D7). One that leads into another sandbox's root is left over from
  // a project that is gone: the claim on the name was checked before, so the driver makes it lead here.
  const auto text = in.fs.kind(link) == Kind::symlink ? in.fs.target(link) : base::Result<std::string>(base::Error{});
  const auto target = text ? AbsPath::parse(*text) : std::nullopt;
  const bool ours = target && target->is_under(in.places.data);
  const auto resolved = ours ? base::Result<base::Resolved>(base::Error{}) : resolve(in.fs, link);
  const bool free = ours || !resolved || resolved->kind == Kind::absent;
  if (free) {
    // Canonical parents, so that the link can be made again inside.
    const auto parent = resolve(in.fs, link.parent());
    if (parent) lowering.add_aliases(*parent, origin);
    lowering.out.aliases.push_back({.link = (parent ? parent->path : link.parent()) / link.name(), .target = inside_root.string(),
                                    .origin = std::move(origin), .where = where});
    return;
  }
  if (refuse_exposure(lowering, resolved->path, Access::writable, name) || lowering.refuse_planted(*resolved, name.span)) return;
  if (resolved->kind != Kind::directory) {
    lowering.report(diag::Code::name_collision, diag::Severity::error, name.span,
                    lowering.shown(link) + " is in the way: it is not a directory", "", {}, {"move it away, or choose another name"});
    return;
  }
  lowering.add(Access::writable, resolved->path, origin);
  lowering.add_aliases(*resolved, origin);
}

/// The environment: outside, `~/envs/lab` is a link to `<root>/envs/lab`. Inside, `~/envs` is the link
/// and `~/envs/lab` the directory itself, because `python -m venv` refuses to work on a symlink.
void place_environment(Lowering& lowering, const AbsPath& path, const config::SpannedString& name) {
  const LowerInput& in = lowering.in;
  const AbsPath target = lowering.out.root / "envs" / path.name();
  const std::size_t before = lowering.out.aliases.size();
  // Only there: a link leads to where a session writes, and a repository that could choose its place would make
  // the host run it, as ~/.local/bin/git or as a hook of another project (THREATS D1, D3).
  if (path.parent() == in.places.envs) {
    lead_into_root(lowering, path, target, "the environment", name, Alias::Where::host);
    if (lowering.out.aliases.size() > before && lowering.out.aliases.back().target == target.string())
      lowering.out.aliases.push_back({.link = lowering.out.aliases.back().link.parent(), .target = target.parent().string(),
                                      .origin = lowering.out.aliases.back().origin, .where = Alias::Where::inside});
    return;
  }
  // Elsewhere it is a directory that is there already, and a grant like any other.
  const auto resolved = resolve(in.fs, path);
  if (!resolved || refuse_exposure(lowering, resolved->path, Access::writable, name) ||
      lowering.refuse_planted(*resolved, name.span))
    return;
  if (resolved->kind != Kind::directory)
    return lowering.report(diag::Code::missing_path, diag::Severity::error, name.span,
                           lowering.shown(resolved->path) + " is not a directory", "no environment there",
                           {"psbc makes environments in " + lowering.shown(in.places.envs) + " only"},
                           {"write \"" + base::escape(display_path(in.places.envs / path.name(), in.places.home)) + "\", or make the directory yourself"});
  const Origin origin = origin_of(name.span, Origin::Source::project, "the environment", in.places.home);
  lowering.add(Access::writable, resolved->path, origin);
  lowering.add_aliases(*resolved, origin);
}

struct OwnEnvironment {
  const char* directory; // of the project
  const char* proof;     // a file in it
};
// What a project brings itself, the first that is there.
constexpr OwnEnvironment own_environments[] = {
    {".venv", "pyvenv.cfg"}, {"venv", "pyvenv.cfg"}, {".pixi/envs/default", "conda-meta/history"}, {".conda", "conda-meta/history"}};

std::optional<AbsPath> own_environment(const LowerInput& in) {
  std::vector<std::string> names;
  for (const OwnEnvironment& own : own_environments) names.emplace_back(std::string_view(own.directory).substr(0, std::string_view(own.directory).find('/')));
  const auto there = in.fs.among(in.root, names);
  if (there.empty()) return {};
  for (const OwnEnvironment& own : own_environments)
    if (in.fs.kind(in.root / own.directory / own.proof) == Kind::file) return in.root / own.directory;
  return {};
}

} // namespace

void lower_environment(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  Policy& out = lowering.out;
  const config::SpannedString& name = in.project.name;

  lead_into_root(lowering, in.places.home / ".cache" / ("pysandbox-" + name.value), out.root / "cache",
                 "caches of this sandbox", name, Alias::Where::both);
  if (in.project.venv) {
    const auto asked = expand(in.project.venv->value, in.root, in.places.home);
    if (!asked) {
      lowering.report(diag::Code::invalid_value, diag::Severity::error, in.project.venv->span,
                      "`" + base::escape(in.project.venv->value) + "` is not a path of an environment", "", {},
                      {"write a path such as \".venv\" or \"~/envs/lab\""});
      return;
    }
    out.environment = *asked;
    if (!asked->is_under(in.root)) {
      place_environment(lowering, *asked, *in.project.venv);
      // One of the user's own, conda's for example: its code was asked for, its variables were not.
      if (const auto real = resolve(in.fs, *asked); real && real->kind == Kind::directory && is_writable(out.rules, real->path)) hide_secrets(lowering, real->path);
    }
  } else {
    // Always there, so that commands from the predecessor's days find it; used unless the project
    // brings an environment of its own.
    const AbsPath shared = in.places.envs / name.value;
    place_environment(lowering, shared, name);
    out.environment = own_environment(in).value_or(shared);
  }
  // What runs inside says the shim's name of itself (sys.executable, sys.prefix, the first line of what pip installs):
  // editors ask for it and then run it outside, where it enters the sandbox and the environment would not (THREATS D6).
  out.aliases.push_back({.link = in.places.shim(out.id), .target = out.environment.string(),
                         .origin = builtin("what psbc shim calls the environment"), .where = Alias::Where::inside});
  expose_base_of(lowering, out.environment,
                 {.source = Origin::Source::tool, .where = "python", .reason = "the environment's interpreter", .span = {}});
}

} // namespace psbc::policy
