// SPDX-License-Identifier: MIT
#include "policy/lower.h"

#include "base/text.h"
#include "policy/ceiling.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;

Origin origin_of(const diag::Span& span, Origin::Source source, std::string reason, const AbsPath& home) {
  return {.source = source, .where = origin_text(span, home), .reason = std::move(reason), .span = span};
}

Origin builtin(std::string reason) {
  return {.source = Origin::Source::builtin, .where = "psbc", .reason = std::move(reason), .span = {}};
}

void Lowering::add(Access access, const AbsPath& path, Origin origin) {
  const base::Kind kind = in.fs.kind(path);
  out.rules.push_back({.access = access, .path = path, .origin = std::move(origin),
                       .directory = kind == base::Kind::directory, .exists = kind != base::Kind::absent});
}

void Lowering::add_aliases(const base::Resolved& resolved, const Origin& origin) {
  for (const auto& link : resolved.links) out.aliases.push_back({.link = link.link, .target = link.target, .origin = origin});
}

void Lowering::report(diag::Code code, diag::Severity severity, const diag::Span& span, std::string message,
                      std::string label, std::vector<std::string> notes, std::vector<std::string> help) {
  std::vector<diag::Label> labels;
  if (span.file != nullptr) labels.push_back({.span = span, .text = std::move(label), .primary = true});
  diagnostics.add({.code = code, .severity = severity, .message = std::move(message), .labels = std::move(labels),
                   .notes = std::move(notes), .help = std::move(help)});
}

std::string Lowering::shown(const AbsPath& path) const { return "`" + base::escape(display_path(path, in.places.home)) + "`"; }

// A root that holds the home directory or psbc's own state would expose everything (FIREJAIL B0.5).
std::string unusable_as_root(const Lowering& lowering, const AbsPath& directory) {
  const Places& places = lowering.in.places;
  for (const char* top : {"/tmp", "/var", "/usr", "/srv", "/opt", "/mnt", "/media", "/home"})
    if (directory.string() == top && !places.home.is_under(directory)) return "it is a top-level directory of the system";
  for (const AbsPath& own : {places.state, places.data, places.config, places.home / ".config/firejail"})
    if (directory.is_under(own) || (own.is_under(directory) && !places.home.is_under(directory)))
      return "psbc and firejail keep their own files there";
  for (const char* tree : {"/bin", "/boot", "/dev", "/etc", "/lib", "/proc", "/run", "/sbin", "/sys", "/usr/bin", "/usr/lib"})
    if (directory.is_under(AbsPath::literal(tree))) return std::string("`") + tree + "` belongs to the system";
  return places.home.is_under(directory) ? "it holds your whole home directory" : "";
}

namespace {

/// Where the record is kept, and what of it that no other line says.
void lower_audit(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  Policy& out = lowering.out;
  const AuditChoice choice = audit_choice(in.ceiling, &in.user);
  out.audit = choice.to;
  out.audit_required = choice.is_required;
  if (out.accept_abstract) out.overrides.emplace_back("accept_abstract");
  if (out.ssh.any_host) out.overrides.emplace_back("any_host");
  for (const config::SpannedString& accepted : in.user.accept_secrets) out.overrides.push_back("accept_secrets: " + accepted.value);
  for (const std::string& row : out.opened) out.overrides.push_back("[protect] allow: " + row);
  if (in.is_excepted) out.overrides.emplace_back("exception of the organisation's policy");
}

bool root_is_usable(Lowering& lowering) {
  const std::string why = unusable_as_root(lowering, lowering.in.root);
  if (why.empty()) return true;
  lowering.report(diag::Code::bad_project_root, diag::Severity::error, lowering.in.project.name.span,
                  "the directory " + lowering.shown(lowering.in.root) + " cannot be a project: " + why, "", {},
                  {"move .python-sandbox.toml into the directory of one project"});
  return false;
}

} // namespace

AuditChoice audit_choice(const config::Ceiling* ceiling, const config::UserConfig* user) {
  if (ceiling != nullptr && ceiling->audit) return {.to = ceiling->audit->value, .is_required = ceiling->audit->value != config::AuditTo::off};
  return {.to = user != nullptr ? user->audit : config::AuditTo::off};
}

std::optional<Policy> lower(const LowerInput& input, diag::Diagnostics& diagnostics) {
  const std::string id = project_id(input.root);
  Policy policy{
      .name = input.project.name.value,
      .id = id,
      .home = input.places.home,
      .project = input.root,
      .root = input.places.sandbox_root(id),
      .session = input.places.session(id),
      .temporary = input.places.temporary_of(id),
      .environment = input.places.envs / input.project.name.value,
      .rules = {}, .watched = {}, .guarded = {}, .opened = {}, .aliases = {}, .variables = {}, .pass = {}, .tokens = {}, .logins = {}, .home_files = {}, .ssh = {}, .remarks = {}, .tools = {}, .shells = {}, .zdotdir = {},
  };
  Lowering lowering{.in = input, .out = policy, .diagnostics = diagnostics};
  if (!root_is_usable(lowering)) return std::nullopt;
  find_top(lowering);
  lowering.writable = writable_places(lowering);
  if (input.ceiling != nullptr)
    check_ceiling({.ceiling = *input.ceiling, .project = input.project, .is_excepted = input.is_excepted, .user = input.user, .places = input.places,
                   .root = input.root, .fs = input.fs, .writable = lowering.writable},
                  diagnostics);
  find_opened(lowering);
  lower_baseline(lowering);
  lower_own(lowering);
  lower_environment(lowering);
  lower_tools(lowering);
  lower_git(lowering);
  lower_exposed(lowering);
  lower_editors(lowering);
  lower_workspace(lowering);
  lower_guarded(lowering);
  lower_nested(lowering);
  lower_sockets(lowering);
  lower_devices(lowering);
  lower_shells(lowering);
  lower_certificates(lowering);
  // Beyond this point all that will be visible is known: what cannot be seen need not be hidden.
  lower_hidden(lowering);
  scan_exposed(lowering);
  lower_ssh(lowering);
  check_project_indexes(lowering);
  lower_indexes(lowering);
  lower_home_files(lowering);
  lower_network(lowering);
  lower_variables(lowering);
  policy.accept_abstract = input.user.accept_abstract;
  lower_tokens(lowering);
  lower_git_credentials(lowering);
  lower_machine_secrets(lowering);
  policy.keep_lost = input.user.keep_lost;
  policy.follow = input.user.follow;
  lower_audit(lowering);
  policy.stop_on_unhide = input.user.on_unhide.value == config::OnUnhide::stop;
  if (diagnostics.has_errors()) return std::nullopt;
  return policy;
}

} // namespace psbc::policy
