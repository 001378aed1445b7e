// SPDX-License-Identifier: MIT
// What is closed for every sandbox, and what every sandbox needs.
#include <algorithm>

#include "policy/lowering.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

struct ClosedTree {
  const char* path;
  const char* reason;
};
// Why each is closed: THREATS B9, FIREJAIL C.
constexpr ClosedTree closed_trees[] = {
    {"/media", "removable disks"},
    {"/mnt", "other disks"},
    {"/opt", "other software and its secrets"},
    {"/run", "sockets and tokens of the host's services and of your session"},
    {"/srv", "data of services"},
    {"/tmp", "files and sockets of other programs"},
    {"/var", "mail, spools, cron and databases"},
};

// Top-level directories that a system needs in order to run programs (FHS, Nix, Guix, snap).
constexpr const char* system_tops[] = {"bin", "boot", "dev", "etc", "gnu", "home", "lib", "lib32", "lib64", "libx32",
                                       "lost+found", "media", "mnt", "nix", "opt", "proc", "root", "run", "sbin", "snap",
                                       "srv", "sys", "tmp", "usr", "var"};

void close_unknown_tops(Lowering& lowering) {
  const auto names = lowering.in.fs.names(AbsPath::literal("/"));
  if (!names) return;
  for (const std::string& name : *names) {
    if (std::find(std::begin(system_tops), std::end(system_tops), name) != std::end(system_tops)) continue;
    const AbsPath top = AbsPath::literal("/") / name;
    // A project may be a top-level directory itself; it is exposed as one.
    if (lowering.in.root == top || lowering.in.fs.kind(top) != Kind::directory) continue;
    if (lowering.in.places.home.is_under(top)) {
      lowering.report(diag::Code::firejail_cannot, diag::Severity::warning, {},
                      "what lies beside your home directory in " + lowering.shown(top) + " stays readable inside", "",
                      {"firejail closes `/home` by itself, but not other directories that hold home directories"}, {});
      continue;
    }
    lowering.add(Access::closed, top, builtin("not a part of the system, and nobody asked for it"));
  }
}

/// Name resolution: on many systems /etc/resolv.conf leads into /run.
void keep_resolver(Lowering& lowering) {
  const auto resolved = resolve(lowering.in.fs, AbsPath::literal("/etc/resolv.conf"));
  if (resolved && resolved->kind == Kind::file && resolved->path.is_under(AbsPath::literal("/run")))
    lowering.add(Access::read_only, resolved->path, builtin("/etc/resolv.conf leads here"));
}

/// What decides about every sandbox must not be written in one, wherever a link of the user's leads.
void keep_from_sessions(Lowering& lowering, const AbsPath& own) {
  const auto real = resolve(lowering.in.fs, own);
  if (!real || real->kind == Kind::absent) return;
  const auto holds = [&](const AbsPath& place) { return real->path.is_under(place); };
  if (std::any_of(lowering.writable.begin(), lowering.writable.end(), holds))
    lowering.add(Access::read_only, real->path, builtin("your own settings decide about every sandbox"));
}

} // namespace

void lower_baseline(Lowering& lowering) {
  lowering.add(Access::closed, lowering.in.places.home, builtin("nothing of your home exists inside but what is named"));
  for (const ClosedTree& tree : closed_trees)
    if (lowering.in.fs.kind(AbsPath::literal(tree.path)) == Kind::directory)
      lowering.add(Access::closed, AbsPath::literal(tree.path), builtin(tree.reason));
  for (const char* list : {"/proc/keys", "/proc/key-users"})
    if (const AbsPath path = AbsPath::literal(list); lowering.in.fs.kind(path) != Kind::absent)
      lowering.add(Access::hidden, path, builtin("names of keys in the kernel's keyrings, which are no part of any namespace"));
  // By a rule of its own, because firejail leaves it open when it empties /run. Not asked whether it is there: it
  // comes and goes with logins.
  lowering.out.rules.push_back({.access = Access::closed, .path = lowering.in.places.runtime,
                                .origin = builtin("buses, agents, compositor and sound of your session")});
  close_unknown_tops(lowering);
  keep_resolver(lowering);
}

void lower_own(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  lowering.add(Access::writable, in.root, origin_of(in.project.name.span, Origin::Source::project, "the project", in.places.home));
  lowering.trees.push_back(in.root);
  lowering.add(Access::writable, lowering.out.root, builtin("environment, caches and state of this sandbox alone"));
  lowering.add(Access::read_only, lowering.out.session, builtin("shows in which sandbox a process is"));
  // Not asked whether it exists: entering makes it, in a place where others could have been first.
  const Origin shared = builtin("the sessions of this project share temporary files");
  lowering.out.rules.push_back({.access = Access::writable, .path = lowering.out.temporary, .origin = shared});
  for (const char* name : {"TMPDIR", "TMUX_TMPDIR"})
    lowering.out.variables.push_back({.name = name, .value = lowering.out.temporary.string(), .origin = shared});
  // The first process inside: must be there, and must not be replaceable. One that belongs to root in a
  // directory that is open anyway is both without another mount.
  const auto owner = in.fs.ownership(in.self);
  if (!owner || owner->uid != 0 || !is_visible(lowering.out.rules, in.self))
    lowering.add(Access::read_only, in.self, builtin("the first process inside"));
  // The user's own settings decide about every sandbox; people keep them with their dotfiles, which are a project, too.
  keep_from_sessions(lowering, in.places.user_config());
  if (const auto templates = in.user.templates ? expand(in.user.templates->value, in.places.home, in.places.home) : std::nullopt)
    keep_from_sessions(lowering, *templates);
  // Its own policy: THREATS D2. Both names, because hosts with the predecessor's hooks obey the other.
  lowering.add(Access::read_only, in.config_file, builtin("a sandbox must not edit its own policy"));
  const AbsPath seed = in.root / ".python-sandbox";
  if (in.fs.kind(seed) != Kind::absent) lowering.add(Access::read_only, seed, builtin("python-sandbox's hooks on the host obey it"));
}

} // namespace psbc::policy
