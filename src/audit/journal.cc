// SPDX-License-Identifier: MIT
#include "audit/journal.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <string>

#include "base/file.h"
#include "base/unix_address.h"

namespace psbc::audit {

base::Status to_journal(std::string_view event, std::string_view line) {
  constexpr const char* path = "/run/systemd/journal/socket";
  const std::string message = "MESSAGE=" + std::string(line) + "\nSYSLOG_IDENTIFIER=psbc\nPRIORITY=6\nPSBC_EVENT=" + std::string(event) + "\n"; // 6: informational
  const auto address = base::unix_address(path);
  const base::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 5, .tv_usec = 0}; // a journal that is stopped fills its queue, and others wait for the lock
  if (socket) setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const auto sent = socket ? sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) : -1;
  if (sent != static_cast<ssize_t>(message.size())) return base::system_error("write the record to", "the journal");
  return base::ok();
}

} // namespace psbc::audit
