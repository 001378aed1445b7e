// SPDX-License-Identifier: MIT
// `psbc leave [DIR]`: how a session asks psbc outside for its end, and for the directory where the user's shell goes then.
// The socket is in the private HOME of the session; psbc outside has the end that is read, so no file of the project and
// none that both sides can write carries the request (devenv's exit-dir was one). Everything inside can send one: it can
// end the session by other means as well, and the directory counts only where the user's own `follow` says so.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/path.h"
#include "base/result.h"

namespace psbc::runtime {

struct LeaveRequest {
  std::optional<base::AbsPath> directory; // nothing: the shell stays where it was
};

/// Its path in `home`, the private one.
std::string leave_socket(const std::string& home);
/// Run inside, before anything foreign is there: a socket at `path` that receives requests.
base::Result<base::Fd> listen_for_leave(const std::string& path);
/// Run inside.
base::Status ask_to_leave(const std::string& path, const std::optional<base::AbsPath>& directory);

/// Nothing for what `ask_to_leave` does not send: a path that is not absolute, too long, or has characters that write on terminals.
std::optional<LeaveRequest> parse_leave_request(std::string_view bytes);
/// Run outside: the next request that is one. Never blocks, and reads a few at most.
std::optional<LeaveRequest> take_leave_request(int socket);

} // namespace psbc::runtime
