// SPDX-License-Identifier: MIT
#include "base/result.h"

#include <cstring>

#include "base/text.h"

namespace psbc::base {

std::string describe(const Error& error) {
  std::string out = "cannot " + error.operation;
  if (!error.object.empty()) out += " `" + escape(error.object) + "`";
  if (!error.cause.empty()) return out + ": " + error.cause;
  if (error.code == 0) return out;
  // strerror's sentences start with a capital letter; ours do not.
  std::string reason = std::strerror(error.code);
  if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z') reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
  return out + ": " + reason;
}

Error system_error(std::string operation, std::string object, std::string hint) {
  const int code = errno;
  return {.operation = std::move(operation), .object = std::move(object), .code = code, .cause = {}, .hint = std::move(hint)};
}

} // namespace psbc::base
