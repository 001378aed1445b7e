// SPDX-License-Identifier: MIT
#include "runtime/netrc.h"

#include <algorithm>

namespace psbc::runtime {

base::Result<base::Secret> netrc_line(const emit::PlannedLogin& login, std::string_view value) {
  // Python's module, curl and uv agree on printable ASCII without blanks, quotes and backslashes, and no `#` in front.
  const bool plain = std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\'' && c != '\\'; });
  const std::size_t colon = value.find(':');
  const std::string_view user = colon == std::string_view::npos ? std::string_view(login.user) : value.substr(0, colon);
  const std::string_view password = colon == std::string_view::npos ? value : value.substr(colon + 1);
  if (!plain || user.empty() || password.empty() || user[0] == '#' || password[0] == '#')
    return base::Error{.operation = "hand the token to tools as a password", .object = login.token,
                       .cause = "it holds a character that ~/.netrc cannot, or no password after its colon",
                       .hint = "let the index issue another one; only printable ASCII without blanks, quotes and backslashes works"};
  base::Secret line(login.host.size() + user.size() + password.size() + 32);
  for (const std::string_view part : {std::string_view("machine "), std::string_view(login.host), std::string_view(" login "), user,
                                      std::string_view(" password "), password, std::string_view("\n")})
    line.append(part);
  return line;
}

} // namespace psbc::runtime
