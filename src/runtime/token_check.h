// SPDX-License-Identifier: MIT
// What a service itself says that a token may do. Asked only when the user types `psbc tokens check`; the token goes to
// the user's curl by its standard input, never by its command line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/host_program.h"

namespace psbc::runtime {

struct TokenVerdict {
  enum class Kind : std::uint8_t {
    read,    // it can only read
    write,   // it can do more
    unknown, // it works, and the service does not say what for
    refused, // expired, revoked, or none of this service
  };
  Kind kind = Kind::unknown;
  std::string detail; // what the service says, for people; may be empty
  bool operator==(const TokenVerdict&) const = default;
};

struct ServiceAnswer {
  int status = 0;
  std::map<std::string, std::string> headers; // lower case names
  std::string body;
};
/// What `curl --include` prints; status 0 when it is no answer.
ServiceAnswer parse_answer(std::string_view text);

/// Can this service (an id of the catalogue) be asked?
bool can_check(std::string_view service);
/// Of an answer of the service to what check_token asks.
base::Result<TokenVerdict> judge(std::string_view service, const ServiceAnswer& answer);

struct CheckRequest {
  std::string_view service;
  std::string_view token;    // one line
  std::string_view endpoint; // empty: the service's own; else its start, such as https://gitlab.example
  const HostPrograms& host;
};
base::Result<TokenVerdict> check_token(const CheckRequest& request);

} // namespace psbc::runtime
