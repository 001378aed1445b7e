// SPDX-License-Identifier: MIT
#include <poll.h>

#include <optional>

#include "base/text.h"
#include "cli/commands.h"
#include "runtime/inside.h"
#include "runtime/leave.h"

namespace psbc::cli {
namespace {

/// By the letters, as `cd ..` goes: most directories outside are not there inside.
std::optional<base::AbsPath> seen_from(const base::AbsPath& here, std::string_view directory) {
  base::AbsPath at = directory.starts_with('/') ? base::AbsPath::literal("/") : here;
  for (const std::string_view part : base::split(directory, '/')) {
    if (part == "..") at = at.parent();
    else if (auto next = at.join(part)) at = *next;
    else return std::nullopt;
  }
  return at;
}

} // namespace

int leave(Context& context, const std::string& directory) {
  constexpr int patience_ms = 200; // the end comes sooner, and no prompt before it
  const auto session = runtime::inside_session();
  if (!session) {
    complain("this is no sandbox, so there is nothing to leave", "psbc stop ends sessions from outside");
    return exit_not_trusted;
  }
  std::optional<base::AbsPath> wanted;
  if (!directory.empty()) {
    wanted = seen_from(context.cwd, directory);
    if (!wanted || !runtime::parse_leave_request(wanted->string())) {
      complain("a shell cannot be led to `" + base::escape(directory) + "`: its path is too long, or has characters that cannot be printed", "psbc leave");
      return exit_usage;
    }
  }
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  if (const auto asked = runtime::ask_to_leave(runtime::leave_socket(places->home.string()), wanted); !asked) {
    complain("this session ends with its command, and not by psbc leave", "type: exit");
    return exit_not_trusted;
  }
  poll(nullptr, 0, patience_ms);
  return exit_fine;
}

} // namespace psbc::cli
