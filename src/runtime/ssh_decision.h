// SPDX-License-Identifier: MIT
// What the agent filter does with one request. Pure: a message, the grants and what the connection has been bound
// to in; a decision out. Nothing that is not named here reaches the user's agent (THREATS C1).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "emit/enter_plan.h"
#include "runtime/ssh_protocol.h"

namespace psbc::runtime {

/// Why a request is refused. Each has a sentence; the table beside it is complete.
enum class Refusal : std::uint8_t {
  none,
  not_offered,   // add, remove, lock, smart cards, SSH-1, other extensions
  malformed,
  other_key,
  forwarded,     // the agent was forwarded to another machine
  not_recognised, // what is to be signed is neither a login nor a signature
  no_signing,
  other_namespace,
  not_bound,     // no verified session, or another one
  other_host,
  other_login,
  declined,      // the user said no, or could not be asked
};
/// Completes "the ssh agent refused ..."; empty for what is no news.
std::string_view sentence(Refusal refusal);

/// Of one connection.
struct SshBinding {
  std::string host_key; // verified by the agent; empty: not bound
  std::string session;
  bool poisoned = false;
};

struct SshDecision {
  enum class Kind : std::uint8_t { refuse, list, bind, sign };
  Kind kind = Kind::refuse;
  Refusal refusal = Refusal::malformed;
  std::string answer{};   // refuse: as a frame
  bool poison = false;    // from now on the connection gets nothing any more
  std::string key{};      // sign, and refused to: the key's fingerprint
  std::string key_kind{}; // sign: its type
  std::string purpose{};  // sign: "sign in to git@github.com", "sign for `git`"
  std::string host{};     // sign: the host, as the project names it; empty: any, or it is no login
  SshBinding bound{};     // bind: what holds when the agent says that it is true
};

/// `message` is one request without its length.
SshDecision decide(std::string_view message, const emit::SshPlan& grants, const SshBinding& binding);

/// An answer of the agent to a list, with nothing but the granted keys, in the order in which they were granted.
/// As a frame.
std::string filter_identities(std::string_view answer, const emit::SshPlan& grants);

} // namespace psbc::runtime
