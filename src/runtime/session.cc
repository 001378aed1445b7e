// SPDX-License-Identifier: MIT
#include "runtime/session.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "emit/wire.h"

namespace psbc::runtime {
namespace {

constexpr std::string_view magic = "psbc entry 2\n";
constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
// Arguments and environment together are limited by the kernel to a quarter of the stack limit.
constexpr std::size_t max_size = 64U << 20U;

base::Error bad_session(std::string cause) {
  return {.operation = "read", .object = "the session", .cause = std::move(cause)};
}

} // namespace

base::Result<FileIdentity> identify(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0)
    return base::system_error("look at", path);
  return FileIdentity{.device = status.st_dev, .inode = status.st_ino};
}

base::Result<std::string> make_nonce() {
  unsigned char random[16];
  if (getrandom(random, sizeof random, 0) != static_cast<ssize_t>(sizeof random))
    return base::system_error("get", "random bytes");
  constexpr char digits[] = "0123456789abcdef";
  std::string nonce;
  for (const unsigned char byte : random) {
    nonce += digits[byte >> 4U];
    nonce += digits[byte & 15U];
  }
  return nonce;
}

std::string serialise(const Session& session) {
  emit::WireWriter out;
  out.text(magic);
  out.text(session.nonce);
  out.texts(session.command);
  out.texts(session.environment);
  out.text(session.cwd);
  for (const std::uint64_t number :
       {session.cwd_identity.device, session.cwd_identity.inode, session.home_identity.device,
        session.home_identity.inode, session.network_identity.device, session.network_identity.inode, session.ignored_signals, session.blocked_signals})
    out.u64(number);
  out.u32(session.foreground ? 1 : 0);
  out.text(session.plan);
  out.text(session.filter);
  return out.take();
}

base::Result<Session> parse_session(std::string_view bytes) {
  emit::WireReader in(bytes);
  if (in.text() != magic)
    return bad_session("it was written by another version of psbc");
  Session session;
  session.nonce = in.text();
  session.command = in.texts();
  session.environment = in.texts();
  session.cwd = in.text();
  for (std::uint64_t* number :
       {&session.cwd_identity.device, &session.cwd_identity.inode, &session.home_identity.device,
        &session.home_identity.inode, &session.network_identity.device, &session.network_identity.inode, &session.ignored_signals, &session.blocked_signals})
    *number = in.u64();
  session.foreground = in.u32() != 0;
  session.plan = in.text();
  session.filter = in.text();
  if (!in.complete() || session.nonce.empty() || session.command.empty())
    return bad_session("it is damaged");
  return session;
}

base::Result<base::Fd> write_session(const Session& session) {
  base::Fd memory(memfd_create("psbc-session", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory)
    return base::system_error("create", "the session");
  TRY(base::write_all(memory.get(), serialise(session), "the session"));
  if (fcntl(memory.get(), F_ADD_SEALS, seals) != 0)
    return base::system_error("seal", "the session");
  return memory;
}

base::Result<Session> read_session(int fd) {
  const int found = fcntl(fd, F_GET_SEALS);
  if (found < 0 || (found & seals) != seals)
    return bad_session("it is not sealed");
  if (lseek(fd, 0, SEEK_SET) != 0)
    return base::system_error("read", "the session");
  TRY_ASSIGN(const std::string bytes, base::read_all(fd, max_size, "the session"));
  return parse_session(bytes);
}

} // namespace psbc::runtime
