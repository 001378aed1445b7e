// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as what a client in the sandbox sends to the ssh agent's filter, and as what the agent
// answers. Beside what the sanitizers see it holds that a request which is passed on is of one of three kinds and
// for a granted key, and that an answer that leaves the filter is whole.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "runtime/ssh_decision.h"

namespace {

using namespace psbc;

void require(bool condition) {
  if (!condition) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string key = runtime::ssh_string("ssh-ed25519") + runtime::ssh_string("k"); // what the corpus signs with
  const std::string host = runtime::ssh_string("ssh-ed25519") + runtime::ssh_string("h");
  const emit::SshPlan grants{.hosts = {{.text = "h", .login = "git", .keys = {host}}}, .signing = true, .keys = {runtime::fingerprint(key)}, .namespaces = {"git"}};
  for (const runtime::SshBinding& binding : {runtime::SshBinding{}, {.host_key = host, .session = "s"}, {.host_key = host, .session = "s", .poisoned = true}}) {
    const runtime::SshDecision decision = runtime::decide(bytes, grants, binding);
    using Kind = runtime::SshDecision::Kind;
    if (decision.kind == Kind::refuse) {
      require(decision.answer.size() >= 5);
      continue;
    }
    require(!binding.poisoned && !bytes.empty());
    require(bytes[0] == (decision.kind == Kind::list ? 11 : decision.kind == Kind::sign ? 13 : 27));
    if (decision.kind == Kind::sign) require(decision.key == grants.keys[0] && !decision.purpose.empty());
    if (decision.kind == Kind::bind) require(!decision.bound.host_key.empty() && !decision.bound.poisoned);
  }
  const std::string answer = runtime::filter_identities(bytes, grants);
  require(runtime::SshReader(answer).u32() == answer.size() - 4);
  return 0;
}
