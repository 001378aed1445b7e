// SPDX-License-Identifier: MIT
#include "runtime/channel.h"

#include <sys/socket.h>

#include <cstring>

#include "emit/wire.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t max_message = 16 * 1024;
constexpr std::size_t max_text = 3 * 1024; // a path of an error, cut where it is absurd

constexpr std::size_t max_lost_path = 512;

base::Error broken(std::string cause) {
  return {.operation = "talk to", .object = "the other end of the sandbox", .cause = std::move(cause)};
}

std::string pack(const Message& message) {
  emit::WireWriter out;
  out.u32(static_cast<std::uint32_t>(message.kind));
  out.u32(message.value);
  if (message.kind == Message::Kind::failed) {
    const base::Error& error = message.failure.error;
    out.u32(static_cast<std::uint32_t>(message.failure.status));
    out.u32(static_cast<std::uint32_t>(error.code));
    for (const std::string* text : {&error.operation, &error.object, &error.cause, &error.hint})
      out.text(std::string_view(*text).substr(0, max_text));
  }
  if (message.kind == Message::Kind::lost) {
    out.u32(message.partial ? 1 : 0);
    out.u32(static_cast<std::uint32_t>(message.lost.size()));
    for (const LostFile& file : message.lost) {
      out.text(std::string_view(file.path).substr(0, max_lost_path));
      out.u64(file.size);
    }
  }
  return out.take();
}

std::optional<Message> unpack(std::string_view bytes) {
  emit::WireReader in(bytes);
  Message message{.kind = static_cast<Message::Kind>(in.u32()), .value = in.u32()};
  if (message.kind == Message::Kind::failed) {
    message.failure.status = static_cast<int>(in.u32());
    base::Error& error = message.failure.error;
    error.code = static_cast<int>(in.u32());
    for (std::string* text : {&error.operation, &error.object, &error.cause, &error.hint})
      *text = in.text();
  }
  if (message.kind == Message::Kind::lost) {
    message.partial = in.u32() != 0;
    for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
      std::string path = in.text();
      message.lost.push_back({.path = std::move(path), .size = in.u64()});
    }
  }
  const bool known = message.kind >= Message::Kind::session && message.kind <= Message::Kind::leave;
  if (!in.complete() || !known)
    return {};
  return message;
}

/// Room for the two kinds of ancillary data, aligned as the kernel wants it.
union Ancillary {
  cmsghdr align;
  char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(ucred))];
};

void take_ancillary(msghdr& header, Message& message) {
  for (cmsghdr* at = CMSG_FIRSTHDR(&header); at != nullptr; at = CMSG_NXTHDR(&header, at)) {
    if (at->cmsg_level != SOL_SOCKET)
      continue;
    if (at->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(at), sizeof fd);
      message.file = base::Fd(fd);
    } else if (at->cmsg_type == SCM_CREDENTIALS) {
      ucred credentials{};
      std::memcpy(&credentials, CMSG_DATA(at), sizeof credentials);
      message.sender = credentials.pid;
    }
  }
}

} // namespace

base::Result<ChannelPair> make_channel() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return base::system_error("create", "a socket pair");
  ChannelPair pair{.outside = base::Fd(ends[0]), .inside = base::Fd(ends[1])};
  // The process numbers of the sandbox mean nothing outside; the kernel translates them.
  const int on = 1;
  if (setsockopt(pair.outside.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
    return base::system_error("create", "a socket pair");
  return pair;
}

bool send(int channel, const Message& message) {
  std::string bytes = pack(message);
  iovec data{.iov_base = bytes.data(), .iov_len = bytes.size()};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  Ancillary ancillary{};
  if (message.file) {
    header.msg_control = ancillary.bytes;
    header.msg_controllen = CMSG_SPACE(sizeof(int));
    cmsghdr* const rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = message.file.get();
    std::memcpy(CMSG_DATA(rights), &fd, sizeof fd);
  }
  while (sendmsg(channel, &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno != EINTR)
      return false;
  }
  return true;
}

base::Result<std::optional<Message>> receive(int channel, Taking taking) {
  char buffer[max_message];
  iovec data{.iov_base = buffer, .iov_len = sizeof buffer};
  Ancillary ancillary{};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = ancillary.bytes;
  header.msg_controllen = sizeof ancillary.bytes;
  ssize_t size = 0;
  while ((size = recvmsg(channel, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC | (taking == Taking::look ? MSG_PEEK : 0))) < 0) {
    if (errno == EAGAIN)
      return std::optional<Message>{};
    if (errno != EINTR)
      return base::system_error("talk to", "the other end of the sandbox");
  }
  if (size == 0)
    return broken("it is gone");
  std::optional<Message> message = unpack({buffer, static_cast<std::size_t>(size)});
  if (!message || (header.msg_flags & MSG_TRUNC) != 0)
    return broken("it sent something else than a message");
  take_ancillary(header, *message);
  return message;
}

} // namespace psbc::runtime
