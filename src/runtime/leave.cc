// SPDX-License-Identifier: MIT
#include "runtime/leave.h"

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>

#include "base/text.h"
#include "base/unix_address.h"

namespace psbc::runtime {
namespace {

constexpr int most_at_once = 16; // of a flood: the rest waits, and poll(2) comes back for it

} // namespace

std::string leave_socket(const std::string& home) { return home + "/.psbc-leave"; }

base::Result<base::Fd> listen_for_leave(const std::string& path) {
  const auto address = base::unix_address(path);
  base::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!address || !socket || bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0)
    return base::system_error("create the socket of psbc leave", path);
  return socket;
}

base::Status ask_to_leave(const std::string& path, const std::optional<base::AbsPath>& directory) {
  const auto address = base::unix_address(path);
  const base::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const std::string text = directory ? directory->string() : "";
  if (!address || !socket || sendto(socket.get(), text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) < 0)
    return base::system_error("ask psbc outside to end this session, by", path);
  return base::ok();
}

std::optional<LeaveRequest> parse_leave_request(std::string_view bytes) {
  if (bytes.empty()) return LeaveRequest{};
  if (bytes.size() >= PATH_MAX || bytes.front() != '/' || base::escape(bytes) != bytes) return std::nullopt;
  auto directory = base::AbsPath::parse(bytes);
  if (!directory) return std::nullopt;
  return LeaveRequest{.directory = std::move(*directory)};
}

std::optional<LeaveRequest> take_leave_request(int socket) {
  std::array<char, PATH_MAX + 1> buffer; // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  for (int n = 0; n < most_at_once; ++n) {
    const ssize_t size = recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0 && errno != EINTR) return std::nullopt;
    if (size < 0) continue;
    if (auto request = parse_leave_request({buffer.data(), static_cast<std::size_t>(size)})) return request;
  }
  return std::nullopt;
}

} // namespace psbc::runtime
