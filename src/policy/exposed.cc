// SPDX-License-Identifier: MIT
// `readonly` and `writable`: what may be exposed, and what is refused however it is spelled. All
// checks look at the canonical path, so that a symlink cannot carry an entry past them.
#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "policy/control_sockets.h"
#include "policy/lowering.h"
#include "policy/sensitive.h"
#include "policy/tree.h"
#include "policy/withhold.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

/// Of a file that is too long to be compared by content at each build, the beginning.
bool holds_secret(Lowering& lowering, const AbsPath& path, Kind kind, const diag::Span& span) {
  if (kind != Kind::file) return false;
  auto text = lowering.in.fs.read(path, scan_limit);
  if (!text && text.error().code == EFBIG) text = lowering.in.fs.peek(path, scan_limit, true);
  return text && withhold(lowering, path, *text, " and stays outside", span);
}

void expose_entry(Lowering& lowering, const config::SpannedString& entry, Access access, bool from_project) {
  const LowerInput& in = lowering.in;
  const char* key = access == Access::writable ? "writable" : "readonly";
  const auto asked = expand(entry.value, from_project ? in.root : in.places.home, in.places.home);
  if (!asked) {
    lowering.report(diag::Code::invalid_value, diag::Severity::error, entry.span,
                    "`" + base::escape(entry.value) + "` is not a path that can be exposed", "", {},
                    {"write a path such as \"~/datasets\" or \"/data/images\""});
    return;
  }
  const auto resolved = resolve(in.fs, *asked);
  if (!resolved) {
    lowering.report(diag::Code::missing_path, diag::Severity::error, entry.span, describe(resolved.error()), "", {}, {});
    return;
  }
  if (refuse_exposure(lowering, resolved->path, access, entry)) return;
  const Origin origin = origin_of(entry.span, from_project ? Origin::Source::project : Origin::Source::user, key, in.places.home);
  if (expose(lowering, *resolved, access, entry, origin) && resolved->kind == Kind::directory)
    lowering.exposed.push_back({.path = resolved->path, .access = access, .span = entry.span});
}

} // namespace

bool expose(Lowering& lowering, const base::Resolved& resolved, Access access, const config::SpannedString& entry, const Origin& origin) {
  if (lowering.refuse_planted(resolved, entry.span)) return false;
  if (resolved.kind == Kind::other) {
    lowering.report(diag::Code::exposes_control_socket, diag::Severity::error, entry.span,
                    lowering.shown(resolved.path) + " is a socket, a pipe or a device", "", {"a read-only mount does not stop connect()"},
                    {"remove this entry"});
    return false;
  }
  if (resolved.kind == Kind::absent) {
    lowering.report(diag::Code::missing_path, diag::Severity::warning, entry.span,
                    lowering.shown(resolved.path) + " does not exist: nothing is exposed", "not there",
                    {"a path that appears later is visible after the next entry"}, {});
    return false;
  }
  if (holds_secret(lowering, resolved.path, resolved.kind, entry.span)) return false;
  lowering.add(access, resolved.path, origin);
  lowering.add_aliases(resolved, origin);
  if (access == Access::writable && resolved.kind == Kind::directory) lowering.trees.push_back(resolved.path);
  return true;
}

bool refuse_exposure(Lowering& lowering, const AbsPath& path, Access access, const config::SpannedString& entry, bool may_hold_project) {
  const LowerInput& in = lowering.in;
  const auto refuse = [&](diag::Code code, std::string message, std::vector<std::string> notes, std::string help) {
    lowering.report(code, diag::Severity::error, entry.span, std::move(message), "", std::move(notes), {std::move(help)});
    return true;
  };
  if (in.places.home.is_under(path))
    return refuse(path.is_root() ? diag::Code::exposes_root : diag::Code::exposes_home, lowering.shown(path) + " would expose your whole home directory",
                  {"every credential on this machine lies below it"}, "name the directories that are needed");
  if (path.string() == "/root") return refuse(diag::Code::exposes_home, lowering.shown(path) + " is the home directory of the administrator", {}, "name the directories that are needed");
  for (const char* tree : {"/boot", "/dev", "/proc", "/run", "/sys"})
    if (path.is_under(AbsPath::literal(tree)))
      return std::string_view(tree) == "/run" && path.string() != tree
                 ? refuse(diag::Code::exposes_control_socket, lowering.shown(path) + " lies in `/run`, among the sockets of the host",
                          {"a read-only mount does not stop connect()"}, "remove this entry")
                 : refuse(diag::Code::exposes_system_tree, lowering.shown(path) + " lies in `" + tree + "`, which belongs to the system",
                          {}, "remove this entry");
  for (const char* tree : {"/etc", "/home", "/media", "/mnt", "/opt", "/srv", "/tmp", "/usr", "/var"})
    if (path.string() == tree)
      return refuse(path.string() == "/home" ? diag::Code::exposes_home : diag::Code::exposes_system_tree, lowering.shown(path) + " is a whole system tree", {},
                    "name the directories that are needed");
  if (!may_hold_project && in.root.is_strictly_under(path))
    return refuse(diag::Code::exposes_project_ancestor, lowering.shown(path) + " holds this project and all that lies beside it", {},
                  "name the sibling directories that are needed");
  if (const auto what = path.is_under(in.places.home) ? std::nullopt : control_socket(path, in.places))
    return refuse(diag::Code::exposes_control_socket, lowering.shown(path) + " " + std::string(*what), {"a read-only mount does not stop connect()"}, "remove this entry");
  const auto defines_sandboxes = [&](bool or_holds) {
    for (const AbsPath& own : {in.places.state, in.places.data, in.places.config, in.places.home / ".config/firejail"})
      if (path.is_under(own) || (or_holds && own.is_under(path)))
        return refuse(diag::Code::exposes_psbc_state, lowering.shown(path) + " would expose the files that define sandboxes",
                      {lowering.shown(own) + " decides what every sandbox may do"}, "name the directories that are needed");
    return false;
  };
  if (defines_sandboxes(false)) return true;
  if (const auto secret = find_sensitive(path, in.places.home)) {
    const AbsPath place = in.places.home / secret->path;
    const std::string what = path == place             ? " holds credentials or a history"
                             : path.is_under(place)    ? " lies in " + lowering.shown(place) + ", which holds credentials or a history"
                                                       : " holds " + lowering.shown(place);
    const bool is_history = secret->what.find("history") != std::string_view::npos;
    const diag::Code code = !path.is_under(place) ? diag::Code::exposes_credential_parent : is_history ? diag::Code::exposes_history : diag::Code::exposes_credentials;
    return refuse(code, lowering.shown(path) + what, {std::string(secret->what)},
                  path == place || path.is_under(place) ? "remove this entry: no project needs to see it"
                                                        : "name what is needed beside it, never the credential itself");
  }
  if (defines_sandboxes(true)) return true;
  if (access == Access::writable) {
    if (const char* startup = find_startup_file(path, in.places.home)) {
      const AbsPath place = in.places.home / startup;
      return refuse(diag::Code::writable_startup_file,
                    lowering.shown(path) + (path.is_under(place) ? " must not be writable" : " must not be writable: it holds " + lowering.shown(place)),
                    {"the host executes or obeys it outside of any sandbox"}, "list it under `readonly`");
    }
    const auto parts = path.components();
    if (!path.is_under(in.root) && std::find(parts.begin(), parts.end(), ".git") != parts.end())
      return refuse(diag::Code::writable_startup_file, lowering.shown(path) + " must not be writable: it belongs to git",
                    {"the host's git executes or obeys files in it"}, "remove this entry");
    for (const char* tree : {"/bin", "/etc", "/lib", "/sbin", "/usr"})
      if (path.is_under(AbsPath::literal(tree)))
        return refuse(diag::Code::exposes_system_tree, lowering.shown(path) + " belongs to the system and is never writable", {},
                      "remove this entry");
  }
  return false;
}

void lower_exposed(Lowering& lowering) {
  for (const auto& entry : lowering.in.project.readonly) expose_entry(lowering, entry, Access::read_only, true);
  for (const auto& entry : lowering.in.project.writable) expose_entry(lowering, entry, Access::writable, true);
  for (const auto& entry : lowering.in.user.readonly) expose_entry(lowering, entry, Access::read_only, false);
}

} // namespace psbc::policy
