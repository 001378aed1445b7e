// SPDX-License-Identifier: MIT
#include "runtime/ssh_decision.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr std::string_view sentences[] = {
    "", "", "", "", "to serve a machine that it was forwarded to", "to sign what is neither a login nor a signature for git",
    "a signature: the project does not ask for it ([ssh] signing = true)", "a signature for a namespace that is not granted",
    "a login without a verified session: ssh older than 8.9, or another program",
    "a login to a host that [ssh] hosts does not name, or whose key known_hosts does not have", "a login under another name than [ssh] hosts says",
    "a use that was not confirmed"};
static_assert(std::size(sentences) == static_cast<std::size_t>(Refusal::declined) + 1);

bool holds(const std::vector<std::string>& list, std::string_view value) { return std::find(list.begin(), list.end(), value) != list.end(); }

SshDecision refuse(Refusal why, bool poison = false) {
  return {.kind = SshDecision::Kind::refuse, .refusal = why, .answer = agent_frame(AgentMessage::failure), .poison = poison};
}

/// session-bind@openssh.com (PROTOCOL.agent, 1): host key, session id, the host's signature over it, forwarding.
SshDecision decide_extension(SshReader in, const SshBinding& binding) {
  if (in.string() != "session-bind@openssh.com") return refuse(Refusal::not_offered);
  SshDecision bind{.kind = SshDecision::Kind::bind, .refusal = Refusal::none};
  bind.bound.host_key = in.string();
  bind.bound.session = in.string();
  in.string(); // the signature, which the agent verifies
  const std::uint8_t forwarding = in.byte();
  if (!in.complete() || bind.bound.host_key.empty() || bind.bound.session.empty() || forwarding > 1) return refuse(Refusal::malformed);
  // ssh relays a forwarded agent whether or not it is told no: the connection itself has to end as one (CATALOGUE 5.4).
  if (forwarding == 1) return refuse(Refusal::forwarded, true);
  // A second session on one connection is how forwarding looks from here.
  if (!binding.host_key.empty() && (binding.host_key != bind.bound.host_key || binding.session != bind.bound.session))
    return refuse(Refusal::forwarded, true);
  return bind;
}

Refusal judge_login(const LoginData& login, const emit::SshPlan& grants, const SshBinding& binding, SshDecision& sign) {
  if (grants.hosts.empty()) return Refusal::other_host; // the project asked to sign in nowhere
  if (grants.any_host) {
    sign.purpose = "sign in somewhere as " + base::escape(login.user);
    return Refusal::none;
  }
  if (binding.host_key.empty() || login.session != binding.session) return Refusal::not_bound;
  if (login.host_key && *login.host_key != binding.host_key) return Refusal::not_bound;
  Refusal why = Refusal::other_host;
  for (const emit::SshHost& host : grants.hosts) {
    if (!holds(host.keys, binding.host_key)) continue;
    why = Refusal::other_login;
    if (!host.login.empty() && host.login != login.user) continue;
    sign.purpose = "sign in to " + base::escape(host.text) + " as " + base::escape(login.user);
    sign.host = host.text;
    return Refusal::none;
  }
  return why;
}

SshDecision decide_sign(SshReader in, const emit::SshPlan& grants, const SshBinding& binding) {
  constexpr std::uint32_t rsa_sha2 = 2 | 4;
  const std::string_view key = in.string();
  const std::string_view data = in.string();
  const std::uint32_t flags = in.u32();
  const auto plain = in.complete() && (flags & ~rsa_sha2) == 0 ? plain_key(key) : std::nullopt;
  if (!plain) return refuse(Refusal::malformed);
  SshDecision sign{.kind = SshDecision::Kind::sign, .refusal = Refusal::none, .key = fingerprint(key), .key_kind = std::string(key_type(key))};
  const auto no = [&](Refusal why) {
    SshDecision refused = refuse(why);
    refused.key = sign.key;
    return refused;
  };
  if (!holds(grants.keys, sign.key)) return no(Refusal::other_key);
  if (const auto name = parse_signature_namespace(data)) {
    if (!grants.signing) return no(Refusal::no_signing);
    if (!holds(grants.namespaces, *name)) return no(Refusal::other_namespace);
    sign.purpose = "sign for `" + base::escape(*name) + "`";
    return sign;
  }
  const auto login = parse_login(data);
  if (!login || plain_key(login->key) != plain) return no(Refusal::not_recognised);
  if (const Refusal why = judge_login(*login, grants, binding, sign); why != Refusal::none) return no(why);
  return sign;
}

} // namespace

std::string_view sentence(Refusal refusal) { return sentences[static_cast<std::size_t>(refusal)]; }

SshDecision decide(std::string_view message, const emit::SshPlan& grants, const SshBinding& binding) {
  SshReader in(message);
  const auto type = static_cast<AgentMessage>(in.byte());
  if (!in.good()) return refuse(Refusal::malformed);
  if (binding.poisoned) {
    SshDecision nothing = refuse(Refusal::forwarded, true);
    if (type == AgentMessage::request_identities) nothing.answer = write_identities({});
    return nothing;
  }
  if (type == AgentMessage::sign_request) return decide_sign(in, grants, binding);
  if (type == AgentMessage::extension) return decide_extension(in, binding);
  if (type != AgentMessage::request_identities) return refuse(Refusal::not_offered);
  if (!in.complete()) return refuse(Refusal::malformed);
  return {.kind = SshDecision::Kind::list, .refusal = Refusal::none};
}

std::string filter_identities(std::string_view answer, const emit::SshPlan& grants) {
  const auto all = parse_identities(answer);
  if (!all) return agent_frame(AgentMessage::failure);
  std::vector<AgentKey> granted;
  for (const std::string& wanted : grants.keys)
    for (const AgentKey& key : *all)
      if (fingerprint(key.blob) == wanted) granted.push_back(key);
  return write_identities(granted);
}

} // namespace psbc::runtime
