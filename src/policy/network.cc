// SPDX-License-Identifier: MIT
// `[network]`: what the project may do with the network. How it is enforced is emit's and the first
// process' matter; that a kernel cannot is said by the driver, which knows the kernel.
#include <algorithm>

#include "policy/lowering.h"

namespace psbc::policy {
namespace {

using config::NetworkAccess;
using Ports = std::vector<config::Spanned<std::uint16_t>>;

/// A key without an effect would be read as one that holds.
void refuse_dead(Lowering& lowering, const Ports& ports, const char* key) {
  if (ports.empty()) return;
  lowering.report(diag::Code::invalid_value, diag::Severity::error, ports.front().span,
                  "`network." + std::string(key) + "` limits nothing unless `access` is \"ports\"", "",
                  {"without `access` the whole network is shared with the host"},
                  {"write `access = \"ports\"` below `[network]`, or remove `" + std::string(key) + "`"});
}

std::vector<std::uint16_t> values(const Ports& ports) {
  std::vector<std::uint16_t> out;
  for (const auto& port : ports) out.push_back(port.value);
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

void lower_network(Lowering& lowering) {
  constexpr std::uint16_t domain = 53;
  const config::Network& asked = lowering.in.project.network;
  Network& out = lowering.out.network;
  if (asked.access.span.file != nullptr)
    out.origin = origin_of(asked.access.span, Origin::Source::project, "[network]", lowering.in.places.home);
  out.access = asked.access.value;
  if (out.access != NetworkAccess::ports) {
    refuse_dead(lowering, asked.connect, "connect");
    refuse_dead(lowering, asked.listen, "listen");
    return;
  }
  out.connect = values(asked.connect);
  out.listen = values(asked.listen);
  if (std::binary_search(out.connect.begin(), out.connect.end(), domain))
    // The resolver of glibc; UDP is closed.
    lowering.out.variables.push_back({.name = "RES_OPTIONS", .value = "use-vc", .origin = builtin("names are resolved by TCP")});
  else if (!out.connect.empty())
    lowering.report(diag::Code::no_resolver, diag::Severity::warning, asked.connect.front().span, "no name of a host can be resolved inside", "53 is not among them",
                    {"`access = \"ports\"` closes UDP, and names are resolved by TCP port 53"}, {"add 53, or use addresses"});
}

} // namespace psbc::policy
