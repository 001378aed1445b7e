// SPDX-License-Identifier: MIT
#include "emit/enter_plan.h"

#include <algorithm>

#include "emit/wire.h"

namespace psbc::emit {
namespace {

// The first bytes of each artefact. The number changes with the layout: an old artefact is then
// refused, which a rebuild cures.
constexpr std::string_view plan_magic = "psbc plan 12\n";
constexpr std::string_view session_magic = "psbc session 1\n";

using Pairs = std::vector<std::pair<std::string, std::string>>;

void write_pairs(WireWriter& out, const Pairs& pairs) {
  out.u32(static_cast<std::uint32_t>(pairs.size()));
  for (const auto& [first, second] : pairs) {
    out.text(first);
    out.text(second);
  }
}

Pairs read_pairs(WireReader& in) {
  Pairs pairs;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    std::string first = in.text();
    pairs.emplace_back(std::move(first), in.text());
  }
  return pairs;
}

void write_ports(WireWriter& out, const std::vector<std::uint16_t>& ports) {
  out.u32(static_cast<std::uint32_t>(ports.size()));
  for (const std::uint16_t port : ports)
    out.u32(port);
}

std::vector<std::uint16_t> read_ports(WireReader& in) {
  std::vector<std::uint16_t> ports;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n)
    ports.push_back(static_cast<std::uint16_t>(in.u32()));
  return ports;
}

/// A number that means nothing gives the strictest.
config::NetworkAccess read_access(WireReader& in) {
  const std::uint32_t access = in.u32();
  return access > static_cast<std::uint32_t>(config::NetworkAccess::none) ? config::NetworkAccess::none : static_cast<config::NetworkAccess>(access);
}

void write_watched(WireWriter& out, const std::vector<WatchedName>& names) {
  out.u32(static_cast<std::uint32_t>(names.size()));
  for (const WatchedName& name : names) {
    out.text(name.base);
    out.text(name.pattern);
  }
}

std::vector<WatchedName> read_watched(WireReader& in) {
  std::vector<WatchedName> names;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    std::string base = in.text();
    names.push_back({.base = std::move(base), .pattern = in.text()});
  }
  return names;
}

void write_kept(WireWriter& out, const std::vector<KeptPlace>& places) {
  out.u32(static_cast<std::uint32_t>(places.size()));
  for (const KeptPlace& place : places) {
    out.text(place.path);
    out.u32(place.directory ? 1 : 0);
    out.text(place.text);
  }
}

std::vector<KeptPlace> read_kept(WireReader& in) {
  std::vector<KeptPlace> places;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    KeptPlace& place = places.emplace_back();
    place.path = in.text();
    place.directory = in.u32() != 0;
    place.text = in.text();
  }
  return places;
}

void write_home_files(WireWriter& out, const std::vector<HomeFile>& files) {
  out.u32(static_cast<std::uint32_t>(files.size()));
  for (const HomeFile& file : files) {
    out.text(file.path);
    out.text(file.content);
    out.u32(file.block ? 1 : 0);
    out.u32(file.mode);
  }
}

std::vector<HomeFile> read_home_files(WireReader& in) {
  std::vector<HomeFile> files;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    HomeFile& file = files.emplace_back();
    file.path = in.text();
    file.content = in.text();
    file.block = in.u32() != 0;
    file.mode = in.u32() & 0777U;
  }
  return files;
}

void write_tokens(WireWriter& out, const std::vector<PlannedToken>& tokens) {
  out.u32(static_cast<std::uint32_t>(tokens.size()));
  for (const PlannedToken& token : tokens) {
    out.text(token.name);
    out.u32((token.read_only ? 1U : 0U) | (token.optional ? 2U : 0U));
  }
}

void write_logins(WireWriter& out, const std::vector<PlannedLogin>& logins) {
  out.u32(static_cast<std::uint32_t>(logins.size()));
  for (const PlannedLogin& login : logins)
    for (const std::string* field : {&login.host, &login.user, &login.token}) out.text(*field);
}

std::vector<PlannedLogin> read_logins(WireReader& in) {
  std::vector<PlannedLogin> logins;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    PlannedLogin& login = logins.emplace_back();
    for (std::string* field : {&login.host, &login.user, &login.token}) *field = in.text();
  }
  return logins;
}

std::vector<PlannedToken> read_tokens(WireReader& in) {
  std::vector<PlannedToken> tokens;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    PlannedToken& token = tokens.emplace_back(PlannedToken{.name = in.text()});
    const std::uint32_t flags = in.u32();
    token.read_only = (flags & 1U) != 0;
    token.optional = (flags & 2U) != 0;
  }
  return tokens;
}

void write_ssh(WireWriter& out, const SshPlan& ssh) {
  out.u32(static_cast<std::uint32_t>(ssh.hosts.size()));
  for (const SshHost& host : ssh.hosts) {
    out.text(host.text);
    out.text(host.login);
    out.texts(host.keys);
  }
  for (const bool flag : {ssh.signing, ssh.confirm, ssh.any_host})
    out.u32(flag ? 1 : 0);
  out.texts(ssh.keys);
  out.texts(ssh.namespaces);
}

SshPlan read_ssh(WireReader& in) {
  SshPlan ssh;
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    SshHost& host = ssh.hosts.emplace_back();
    host.text = in.text();
    host.login = in.text();
    host.keys = in.texts();
  }
  for (bool* flag : {&ssh.signing, &ssh.confirm, &ssh.any_host})
    *flag = in.u32() != 0;
  ssh.keys = in.texts();
  ssh.namespaces = in.texts();
  return ssh;
}

/// The directories in `root` that must exist before a tool starts. Tools make the last component of
/// what a variable names (PIP_CACHE_DIR), but not what leads to it (the directory of HISTFILE).
std::vector<std::string> needed_directories(const policy::Policy& policy) {
  std::vector<std::string> directories = {"cache", "envs", "home", "state"};
  for (const policy::Variable& variable : policy.variables) {
    const auto path = base::AbsPath::parse(variable.value);
    if (path && path->is_strictly_under(policy.root) && path->parent() != policy.root)
      directories.push_back(path->parent().relative_to(policy.root));
  }
  for (const policy::Alias& alias : policy.aliases) {
    const auto target = base::AbsPath::parse(alias.target);
    if (alias.where == policy::Alias::Where::inside && target && target->is_strictly_under(policy.root))
      directories.push_back(target->relative_to(policy.root));
  }
  std::sort(directories.begin(), directories.end());
  directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
  return directories;
}

} // namespace

EnterPlan make_enter_plan(const policy::Policy& policy) {
  EnterPlan plan = {
      .name = policy.name,
      .id = policy.id,
      .home = policy.home.string(),
      .project = policy.project.string(),
      .root = policy.root.string(),
      .session = policy.session.string(),
      .temporary = policy.temporary.string(),
      .environment = policy.environment.string(),
      .pass = policy.pass,
      .network = policy.network.access,
      .connect = policy.network.connect,
      .listen = policy.network.listen,
      .accept_abstract = policy.accept_abstract,
      .ssh = {.signing = policy.ssh.signing && !policy.ssh.declined,
              .keys = policy.ssh.keys,
              .namespaces = policy.ssh.namespaces,
              .confirm = policy.ssh.confirm,
              .any_host = policy.ssh.any_host},
      .remarks = policy.remarks,
      .x11 = policy.devices.x11,
      .keep_lost = policy.keep_lost,
      .audit = policy.audit,
      .audit_required = policy.audit_required,
      .overrides = policy.overrides,
      .follow = policy.follow,
      .directories = needed_directories(policy),
      .stop_on_unhide = policy.stop_on_unhide,
  };
  for (const policy::Variable& variable : policy.variables)
    plan.variables.emplace_back(variable.name, variable.value);
  for (const policy::Variable& variable : policy.variables)
    if (variable.beside) plan.beside.push_back(variable.name);
  for (const policy::Login& login : policy.logins) plan.logins.push_back({.host = login.host, .user = login.user, .token = login.token});
  for (const policy::Token& token : policy.tokens)
    plan.tokens.push_back({.name = token.name, .read_only = token.read_only, .optional = token.optional});
  for (const policy::HomeFile& file : policy.home_files)
    plan.home_files.push_back(
        {.path = file.path, .content = file.content, .block = file.mode == policy::HomeFile::Mode::block});
  for (const policy::SshHost& host : policy.ssh.hosts)
    if (!policy.ssh.declined) plan.ssh.hosts.push_back({.text = host.text, .login = host.login, .keys = host.keys});
  for (const policy::Alias& alias : policy.aliases)
    if (alias.where != policy::Alias::Where::host) plan.aliases.emplace_back(alias.link.string(), alias.target);
  for (const policy::WatchedName& name : policy.watched) plan.watched.push_back({.base = name.base.string(), .pattern = name.pattern});
  for (const policy::Rule& rule : policy.rules) {
    const std::string& path = rule.path.string();
    switch (rule.access) {
      case policy::Access::closed: break; // its effect is that nothing is there: HOME's is checked as a tmpfs
      case policy::Access::hidden: plan.hidden.push_back(path); break;
      case policy::Access::read_only: plan.read_only.push_back(path); break;
      case policy::Access::pinned: plan.pinned.push_back(path); break;
      case policy::Access::writable: plan.writable.push_back(path); break;
    }
    if (rule.keep != base::Guard::Absent::none)
      plan.kept.push_back({.path = path, .directory = rule.keep == base::Guard::Absent::directory, .text = rule.keep_text});
  }
  for (const base::AbsPath& path : policy.guarded) plan.guarded.push_back(path.string());
  plan.opened = policy.opened;
  return plan;
}

std::string serialise(const EnterPlan& plan) {
  WireWriter out;
  out.text(plan_magic);
  for (const std::string* field :
       {&plan.name, &plan.id, &plan.home, &plan.project, &plan.root, &plan.session, &plan.temporary, &plan.environment})
    out.text(*field);
  out.texts(plan.pass);
  write_pairs(out, plan.variables);
  write_tokens(out, plan.tokens);
  write_logins(out, plan.logins);
  out.texts(plan.beside);
  write_home_files(out, plan.home_files);
  write_pairs(out, plan.aliases);
  out.u32(static_cast<std::uint32_t>(plan.network));
  write_ports(out, plan.connect);
  write_ports(out, plan.listen);
  out.u32(plan.accept_abstract ? 1 : 0);
  write_ssh(out, plan.ssh);
  out.texts(plan.remarks);
  out.u32(plan.x11 ? 1 : 0);
  out.u32(plan.keep_lost ? 1 : 0);
  out.u32(plan.follow ? 1 : 0);
  out.u32(static_cast<std::uint32_t>(plan.audit));
  out.u32(plan.audit_required ? 1 : 0);
  out.texts(plan.overrides);
  for (const auto* list : {&plan.directories, &plan.hidden, &plan.read_only, &plan.pinned, &plan.writable})
    out.texts(*list);
  write_watched(out, plan.watched);
  out.u32(plan.stop_on_unhide ? 1 : 0);
  write_kept(out, plan.kept);
  out.texts(plan.guarded);
  out.texts(plan.opened);
  return out.take();
}

std::optional<EnterPlan> parse_enter_plan(std::string_view bytes) {
  WireReader in(bytes);
  if (in.text() != plan_magic)
    return {};
  EnterPlan plan;
  for (std::string* field :
       {&plan.name, &plan.id, &plan.home, &plan.project, &plan.root, &plan.session, &plan.temporary, &plan.environment})
    *field = in.text();
  plan.pass = in.texts();
  plan.variables = read_pairs(in);
  plan.tokens = read_tokens(in);
  plan.logins = read_logins(in);
  plan.beside = in.texts();
  plan.home_files = read_home_files(in);
  plan.aliases = read_pairs(in);
  plan.network = read_access(in);
  plan.connect = read_ports(in);
  plan.listen = read_ports(in);
  plan.accept_abstract = in.u32() != 0;
  plan.ssh = read_ssh(in);
  plan.remarks = in.texts();
  plan.x11 = in.u32() != 0;
  plan.keep_lost = in.u32() != 0;
  plan.follow = in.u32() != 0;
  const std::uint32_t audit = in.u32();
  if (audit > static_cast<std::uint32_t>(config::AuditTo::journal)) return std::nullopt;
  plan.audit = static_cast<config::AuditTo>(audit);
  plan.audit_required = in.u32() != 0;
  plan.overrides = in.texts();
  for (auto* list : {&plan.directories, &plan.hidden, &plan.read_only, &plan.pinned, &plan.writable})
    *list = in.texts();
  plan.watched = read_watched(in);
  plan.stop_on_unhide = in.u32() != 0;
  plan.kept = read_kept(in);
  plan.guarded = in.texts();
  plan.opened = in.texts();
  if (!in.complete())
    return {};
  return plan;
}

InsideSession make_inside_session(const policy::Policy& policy) {
  return {.root = policy.project.string(), .name = policy.name, .id = policy.id};
}

std::string serialise(const InsideSession& session) {
  WireWriter out;
  out.text(session_magic);
  for (const std::string* field : {&session.root, &session.name, &session.id})
    out.text(*field);
  return out.take();
}

std::optional<InsideSession> parse_inside_session(std::string_view bytes) {
  WireReader in(bytes);
  if (in.text() != session_magic)
    return {};
  InsideSession session;
  for (std::string* field : {&session.root, &session.name, &session.id})
    *field = in.text();
  if (!in.complete())
    return {};
  return session;
}

} // namespace psbc::emit
