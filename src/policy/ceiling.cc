// SPDX-License-Identifier: MIT
#include "policy/ceiling.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "config/source_form.h"
#include "policy/project_settings.h"
#include "policy/repository.h"
#include "policy/token_source.h"

namespace psbc::policy {
namespace {

using base::AbsPath;
using config::CapList;
using config::NetworkAccess;
using config::SpannedString;
using diag::Span;

std::string quoted(std::string_view text) { return "`" + base::escape(text) + "`"; }

/// "none" grants less than "ports", that less than "full".
int rank(NetworkAccess access) { return access == NetworkAccess::none ? 0 : access == NetworkAccess::ports ? 1 : 2; }

class Check {
 public:
  Check(const CeilingInput& in, diag::Diagnostics& diagnostics) : in_(in), diagnostics_(diagnostics), top_(repository_above(in.fs, in.root)) {}

  void run() {
    if (!in_.is_excepted) {
      places();
      tokens();
      network();
      switches();
      lists();
    }
    sources();
    user();
  }

 private:
  void exceeds(const Span& asked, const Span& cap, std::string message, std::string label = "asked for here", std::vector<std::string> help = {}) {
    if (help.empty())
      help = {"ask for no more than that; or show whoever keeps the policy what this project grants, for an exception: psbc trust --show --digest"};
    diagnostics_.add({.code = diag::Code::exceeds_policy,
                      .message = std::move(message),
                      .labels = {{.span = asked, .text = std::move(label), .primary = true}, {.span = cap, .text = "the most that your organisation allows", .primary = false}},
                      .help = std::move(help)});
  }

  // ---- places

  /// Nothing for what leads nowhere: the lowering says so.
  std::optional<AbsPath> canonical(const std::optional<AbsPath>& path) const {
    const auto found = path ? resolve(in_.fs, *path) : base::Result<base::Resolved>(base::Error{});
    return found ? std::optional(found->path) : std::nullopt;
  }

  /// A relative one is of the repository around the project. What a session could have made lead elsewhere allows nothing.
  void add_places(const CapList<SpannedString>& cap, std::vector<AbsPath>& out) const {
    if (!cap) return;
    for (const SpannedString& entry : cap->value) {
      const bool is_relative = !entry.value.starts_with('~') && !entry.value.starts_with('/');
      if (is_relative && !top_) continue;
      const auto path = expand(entry.value, is_relative ? *top_ : in_.root, in_.places.home);
      const auto found = path ? resolve(in_.fs, *path) : base::Result<base::Resolved>(base::Error{});
      if (found && planted_link(*found, in_.writable) == nullptr) out.push_back(found->path);
    }
  }

  void place(const CapList<SpannedString>& cap, const std::vector<AbsPath>& allowed, const char* key, const std::optional<AbsPath>& path, const Span& asked) {
    const auto real = cap ? canonical(path) : std::nullopt;
    if (!real || real->is_under(in_.root)) return;
    if (std::any_of(allowed.begin(), allowed.end(), [&](const AbsPath& one) { return real->is_under(one); })) return;
    exceeds(asked, cap->span, "`" + base::escape(display_path(*real, in_.places.home)) + "` is not in what `" + key + "` of your organisation's policy allows");
  }

  void readable(const std::optional<AbsPath>& path, const Span& asked) {
    std::vector<AbsPath> allowed;
    add_places(in_.ceiling.readonly, allowed);
    add_places(in_.ceiling.writable, allowed);
    place(in_.ceiling.readonly, allowed, "readonly", path, asked);
  }
  void writable(const std::optional<AbsPath>& path, const Span& asked) {
    std::vector<AbsPath> allowed;
    add_places(in_.ceiling.writable, allowed);
    place(in_.ceiling.writable, allowed, "writable", path, asked);
  }

  std::optional<AbsPath> of_project(const SpannedString& entry) const { return expand(entry.value, in_.root, in_.places.home); }
  std::optional<AbsPath> of_repository(std::string_view entry) const { return top_ ? top_->join(entry) : std::nullopt; }

  /// An environment in ~/envs, or what psbc links there. A link of somebody else's leads anywhere.
  bool is_made_by_psbc(const std::optional<AbsPath>& venv) const {
    const auto real = canonical(venv);
    const auto made = [&](const AbsPath& directory) {
      const auto found = canonical(directory);
      return found && real->is_under(*found);
    };
    return real && (made(in_.places.envs) || made(in_.places.data / "sandboxes"));
  }

  void places() {
    const config::ProjectConfig& project = in_.project;
    for (const SpannedString& entry : project.readonly) readable(of_project(entry), entry.span);
    for (const SpannedString& entry : project.writable) writable(of_project(entry), entry.span);
    for (const SpannedString& entry : project.workspace.readonly) readable(of_repository(entry.value), entry.span);
    for (const SpannedString& entry : project.workspace.writable) writable(of_repository(entry.value), entry.span);
    if (project.workspace.git.value == config::WorkspaceGit::read_only) readable(of_repository(".git"), project.workspace.git.span);
    if (project.workspace.git.value == config::WorkspaceGit::commit) writable(of_repository(".git"), project.workspace.git.span);
    if (project.venv)
      if (const auto venv = of_project(*project.venv); !is_made_by_psbc(venv)) writable(venv, project.venv->span);
    std::vector<AbsPath> sockets;
    add_places(in_.ceiling.sockets, sockets);
    for (const SpannedString& entry : project.sockets) place(in_.ceiling.sockets, sockets, "sockets", of_project(entry), entry.span);
  }

  // ---- tokens

  const config::Token* allowed_token(std::string_view name) const {
    for (const config::Token& allowed : in_.ceiling.tokens->value)
      if (allowed.name.value == name) return &allowed;
    return nullptr;
  }

  void tokens() {
    if (!in_.ceiling.tokens) return;
    for (const config::Token& asked : in_.project.tokens) {
      const config::Token* const allowed = allowed_token(asked.name.value);
      if (allowed == nullptr) {
        exceeds(asked.name.span, in_.ceiling.tokens->span, "your organisation's policy lets no project have the token " + quoted(asked.name.value));
      } else if (allowed->read_only && !asked.read_only) {
        exceeds(asked.name.span, allowed->name.span, "your organisation's policy allows the read-only kind of " + quoted(asked.name.value) + " alone", "any kind",
                {"write \"" + base::escape(asked.name.value) + ":read" + (asked.optional ? "?" : "") + "\""});
      } else if (const config::TokenSource* const source = source_of(asked); allowed->read_only && source != nullptr && source->kind != config::TokenKind::read) {
        exceeds(source->name.span, allowed->name.span, "your organisation's policy allows the read-only kind of " + quoted(asked.name.value) + " alone, and your source does not say that it is one",
                "no `kind = \"read\"`", {"keep a token there that can only read, and write `kind = \"read\"` below this line"});
      }
    }
  }

  const config::TokenSource* source_of(const config::Token& token) const {
    return said_source(in_.user, in_.fs, in_.root, in_.places.home, in_.writable, token.name.value);
  }

  void sources() {
    const auto& cap = in_.ceiling.sources;
    if (!cap) return;
    for (const config::Token& token : in_.project.tokens) {
      const config::TokenSource* const source = source_of(token);
      const config::SourceForm* const form = source == nullptr || source->is_command ? nullptr : config::source_form(source->from.front().value);
      const std::string kind(form != nullptr ? config::kind_of(*form) : config::command_source);
      if (source == nullptr || has(cap->value, kind)) continue;
      exceeds(source->from.front().span, cap->span, "your organisation's policy allows no token whose source is " + (form != nullptr ? quoted(kind) : "a command"), "the source of " + quoted(token.name.value),
              {"keep the token where the policy allows it, and say so: psbc tokens set " + base::escape(token.name.value) + " SOURCE"});
    }
  }

  // ---- the rest

  void network() {
    const config::Ceiling& cap = in_.ceiling;
    const config::Network& asked = in_.project.network;
    const bool has_ports = cap.connect || cap.listen; // whoever caps ports does not mean all of them
    const NetworkAccess most = has_ports && (!cap.access || cap.access->value == NetworkAccess::full) ? NetworkAccess::ports : cap.access ? cap.access->value : NetworkAccess::full;
    if (rank(asked.access.value) > rank(most)) {
      const bool is_said = asked.access.span.file != nullptr;
      const Span line = cap.access && cap.access->value == most ? cap.access->span : cap.connect ? cap.connect->span : cap.listen->span;
      exceeds(is_said ? asked.access.span : in_.project.name.span, line,
              std::string("your organisation's policy allows ") + (most == NetworkAccess::none ? "no network" : "no network but by ports"),
              is_said ? "asked for here" : "this file says nothing of the network, which asks for all of it",
              {std::string("write, below a line `[network]`: access = ") + (most == NetworkAccess::none ? "\"none\"" : "\"ports\", and the ports with `connect` and `listen`")});
    }
    if (asked.access.value != NetworkAccess::ports || most == NetworkAccess::none) return;
    ports(asked.connect, cap.connect, "connected to");
    ports(asked.listen, cap.listen, "listened on");
  }

  void ports(const std::vector<config::Spanned<std::uint16_t>>& asked, const CapList<config::Spanned<std::uint16_t>>& cap, const char* how) {
    if (!cap) return;
    for (const auto& port : asked)
      if (std::none_of(cap->value.begin(), cap->value.end(), [&](const auto& allowed) { return allowed.value == port.value; }))
        exceeds(port.span, cap->span, "port " + std::to_string(port.value) + " may not be " + how + " by your organisation's policy");
  }

  void one_switch(const config::Spanned<bool>& asked, const config::Cap<bool>& cap, const char* what) {
    if (asked.value && cap && !cap->value) exceeds(asked.span, cap->span, std::string("your organisation's policy allows no project ") + what);
  }

  void switches() {
    one_switch(in_.project.devices.gpu, in_.ceiling.gpu, "the graphics cards");
    one_switch(in_.project.devices.gui, in_.ceiling.gui, "to show windows");
    one_switch(in_.project.devices.audio, in_.ceiling.audio, "to play and record sound");
    one_switch(in_.project.ssh.signing, in_.ceiling.signing, "to sign with an ssh key");
  }

  static bool has(const std::vector<SpannedString>& list, std::string_view text) {
    return std::any_of(list.begin(), list.end(), [&](const SpannedString& one) { return one.value == text; });
  }

  void lists() {
    const config::Ceiling& cap = in_.ceiling;
    for (const SpannedString& name : in_.project.env_pass) variable(name);
    if (cap.allow)
      for (const SpannedString& row : in_.project.protect.allow)
        if (!has(cap.allow->value, row.value)) exceeds(row.span, cap.allow->span, "your organisation's policy lets no project change what tools outside obey in " + quoted(row.value));
    if (cap.hosts)
      for (const SpannedString& host : in_.project.ssh.hosts)
        if (!has(cap.hosts->value, host.value) && !has(cap.hosts->value, host.value.substr(host.value.find('@') + 1)))
          exceeds(host.span, cap.hosts->span, "your organisation's policy lets no project sign in at " + quoted(host.value));
    const auto address = [](std::string text) { return text.ends_with('/') ? text : text + "/"; };
    if (cap.indexes)
      for (const config::Index& index : in_.project.indexes)
        if (std::none_of(cap.indexes->value.begin(), cap.indexes->value.end(), [&](const SpannedString& one) { return address(one.value) == address(index.url.value); }))
          exceeds(index.url.span, cap.indexes->span, "your organisation's policy does not have the package index " + quoted(index.url.value));
  }

  void variable(const SpannedString& name) {
    const auto& cap = in_.ceiling.env_pass;
    if (cap && !has(cap->value, name.value)) exceeds(name.span, cap->span, "your organisation's policy lets no sandbox see the variable " + quoted(name.value));
  }

  /// What the developer wants in every sandbox.
  void user() {
    const config::Ceiling& cap = in_.ceiling;
    for (const SpannedString& entry : in_.user.readonly) readable(expand(entry.value, in_.places.home, in_.places.home), entry.span);
    for (const SpannedString& name : in_.user.env_pass) variable(name);
    if (cap.editors)
      for (const auto& editor : in_.user.editors)
        if (std::none_of(cap.editors->value.begin(), cap.editors->value.end(), [&](const auto& one) { return one.value == editor.value; }))
          exceeds(editor.span, cap.editors->span, "your organisation's policy does not have this editor");
    if (cap.hosts)
      for (const config::ProjectSettings* const project : settings_of(in_.user, in_.fs, in_.root, in_.places.home, in_.writable))
        if (project->ssh.any_host) exceeds(project->root.span, cap.hosts->span, "your organisation's policy names the hosts that keys sign in at, and `any_host` is every one", "`any_host = true` below this line", {"remove it"});
  }

  const CeilingInput& in_;
  diag::Diagnostics& diagnostics_;
  std::optional<AbsPath> top_; // of the repository around the project
};

} // namespace

void check_ceiling(const CeilingInput& input, diag::Diagnostics& diagnostics) { Check(input, diagnostics).run(); }

} // namespace psbc::policy
