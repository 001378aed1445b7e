// SPDX-License-Identifier: MIT
#include "base/landlock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

namespace psbc::base {
namespace {

// The same numbers on every architecture but alpha.
constexpr long create_ruleset = 444, add_rule = 445, restrict_self = 446;
constexpr std::uint32_t ask_for_version = 1U << 0U;

constexpr std::uint64_t bind_tcp = 1U << 0U, connect_tcp = 1U << 1U;
constexpr std::uint64_t scope_abstract = 1U << 0U, scope_signal = 1U << 1U;
constexpr int rule_net_port = 2;

/// A kernel that knows fewer members takes a longer structure whose unknown rest is zero.
struct RulesetAttributes {
  std::uint64_t handled_fs = 0;
  std::uint64_t handled_net = 0;
  std::uint64_t scoped = 0;
};

struct PortRule {
  std::uint64_t allowed = 0;
  std::uint64_t port = 0; // in the host's byte order
};

Status allow(int ruleset, std::uint64_t right, const std::vector<std::uint16_t>& ports) {
  for (const std::uint16_t port : ports) {
    const PortRule rule{.allowed = right, .port = port};
    if (syscall(add_rule, ruleset, rule_net_port, &rule, 0U) != 0) return system_error("allow by Landlock", "port " + std::to_string(port));
  }
  return ok();
}

} // namespace

int landlock_version() {
  const long version = syscall(create_ruleset, nullptr, std::size_t{0}, ask_for_version);
  return version > 0 ? static_cast<int>(version) : 0;
}

Status limit_by_landlock(const LandlockLimits& limits) {
  // File system rights stay unhandled: with one of them handled, the kernel also refuses links and renames
  // from one directory to another, and every mount.
  const RulesetAttributes attributes = {
      .handled_net = limits.tcp ? bind_tcp | connect_tcp : 0,
      .scoped = (limits.abstract_sockets ? scope_abstract : 0) | (limits.signals ? scope_signal : 0),
  };
  if (attributes.handled_net == 0 && attributes.scoped == 0) return ok();
  const Fd ruleset(static_cast<int>(syscall(create_ruleset, &attributes, sizeof attributes, 0U)));
  if (!ruleset) return system_error("limit by", "Landlock");
  TRY(allow(ruleset.get(), bind_tcp, limits.bind));
  TRY(allow(ruleset.get(), connect_tcp, limits.connect));
  if (syscall(restrict_self, ruleset.get(), 0U) != 0) return system_error("limit by", "Landlock");
  return ok();
}

} // namespace psbc::base
