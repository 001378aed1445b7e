// SPDX-License-Identifier: MIT
// `sockets`: single unix sockets that a project may ask for, such as a local database's. A socket is visible
// or it is not: connect() asks for no more than that, on a read-only mount as well.
#include "base/text.h"
#include "policy/control_sockets.h"
#include "policy/lowering.h"

namespace psbc::policy {
namespace {

using base::AbsPath;
using base::Kind;

void refuse_control(Lowering& lowering, const config::SpannedString& entry, const AbsPath& path, std::string_view what) {
  lowering.report(diag::Code::exposes_control_socket, diag::Severity::error, entry.span,
                  lowering.shown(path) + " " + std::string(what), "", {"no project can ask for such a socket"},
                  {"remove this entry"});
}

void lower_socket(Lowering& lowering, const config::SpannedString& entry) {
  const LowerInput& in = lowering.in;
  const auto asked = expand(entry.value, in.root, in.places.home);
  const auto resolved = asked ? resolve(in.fs, *asked) : base::Result<base::Resolved>(base::Error{});
  if (!resolved)
    return lowering.report(diag::Code::missing_path, diag::Severity::error, entry.span,
                           "`" + base::escape(entry.value) + "` cannot be followed", "", {}, {"name the socket by its path"});
  // Both names: what a link is called tells as much as where it leads.
  for (const AbsPath& name : {*asked, resolved->path})
    if (const auto what = control_socket(name, in.places)) return refuse_control(lowering, entry, name, *what);
  if (lowering.refuse_planted(*resolved, entry.span)) return;
  if (resolved->kind == Kind::absent)
    return lowering.report(diag::Code::missing_path, diag::Severity::warning, entry.span,
                           lowering.shown(resolved->path) + " does not exist: nothing can be reached there", "not there",
                           {"what listens there later can be reached after the next entry"}, {});
  const auto listener = resolved->kind == Kind::other ? in.fs.listener(resolved->path) : base::Result<std::string>(base::Error{});
  if (!listener)
    return lowering.report(diag::Code::invalid_value, diag::Severity::error, entry.span, lowering.shown(resolved->path) + " is not a socket", "", {},
                           {"files and directories belong into `readonly` or `writable`"});
  if (const auto what = control_program(*listener)) return refuse_control(lowering, entry, resolved->path, *what);
  Origin origin = origin_of(entry.span, Origin::Source::project, "sockets", in.places.home);
  lowering.add(Access::read_only, resolved->path, origin);
  lowering.add_aliases(*resolved, origin);
  lowering.out.sockets.push_back({.path = resolved->path, .origin = std::move(origin)});
}

} // namespace

void lower_sockets(Lowering& lowering) {
  for (const auto& entry : lowering.in.project.sockets) lower_socket(lowering, entry);
}

} // namespace psbc::policy
