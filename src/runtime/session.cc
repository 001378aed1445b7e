// SPDX-License-Identifier: MIT
#include "runtime/session.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "emit/wire.h"

namespace psbc::runtime {
namespace {

constexpr std::string_view magic = "psbc entry 3\n";
constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
// Arguments and environment together are limited by the kernel to a quarter of the stack limit.
constexpr std::size_t max_size = 64U << 20U;

base::Error bad_session(std::string cause) {
  return {.operation = "read", .object = "the session", .cause = std::move(cause)};
}

bool read_exactly(int fd, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = read(fd, to, size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
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
  return base::hex({reinterpret_cast<const char*>(random), sizeof random});
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
  out.text(session.x11_cookie);
  out.u32(session.foreground ? 1 : 0);
  out.text(session.agent);
  out.text(session.leave);
  out.text(session.plan);
  out.text(session.filter);
  out.u32(static_cast<std::uint32_t>(session.secrets.size()));
  for (const SecretVariable& secret : session.secrets)
    out.text(secret.name);
  out.u32(static_cast<std::uint32_t>(session.secret_files.size()));
  for (const SecretFile& file : session.secret_files) {
    out.text(file.path);
    out.text(file.variable);
  }
  return out.take();
}

base::Result<Session> parse_session(std::string_view bytes, std::string_view values) {
  emit::WireReader in(bytes);
  emit::WireReader secret(values);
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
  session.x11_cookie = in.text();
  session.foreground = in.u32() != 0;
  session.agent = in.text();
  session.leave = in.text();
  session.plan = in.text();
  session.filter = in.text();
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n)
    session.secrets.push_back({.name = in.text(), .value = base::Secret::copy_of(secret.view())});
  for (std::uint32_t n = in.count(); n > 0 && in.good(); --n) {
    SecretFile& file = session.secret_files.emplace_back();
    file.path = in.text();
    file.variable = in.text();
    file.bytes = base::Secret::copy_of(secret.view());
  }
  if (!in.complete() || !secret.complete() || session.nonce.empty() || session.command.empty())
    return bad_session("it is damaged");
  return session;
}

base::Result<base::Fd> write_session(const Session& session) {
  base::Fd memory(memfd_create("psbc-session", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory)
    return base::system_error("create", "the session");
  std::vector<const base::Secret*> values;
  for (const SecretVariable& secret : session.secrets)
    values.push_back(&secret.value);
  for (const SecretFile& file : session.secret_files)
    values.push_back(&file.bytes);
  const std::string text = serialise(session);
  emit::WireWriter header;
  header.u64(text.size());
  TRY(base::write_all(memory.get(), header.take() + text, "the session"));
  for (const base::Secret* const value : values) {
    emit::WireWriter size;
    size.u32(static_cast<std::uint32_t>(value->view().size()));
    TRY(base::write_all(memory.get(), size.take(), "the session"));
    TRY(base::write_all(memory.get(), value->view(), "the session"));
  }
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
  struct stat status{};
  if (fstat(fd, &status) != 0)
    return base::system_error("read", "the session");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  std::string header(8, '\0');
  if (!read_exactly(fd, header.data(), header.size()))
    return bad_session("it is damaged");
  const std::uint64_t text_size = emit::WireReader(header).u64();
  if (size > max_size || text_size > size - header.size())
    return bad_session("it is damaged");
  std::string text(text_size, '\0');
  base::Secret values(size - header.size() - text_size);
  if (!read_exactly(fd, text.data(), text.size()) || !read_exactly(fd, values.data(), values.capacity()))
    return bad_session("it is damaged");
  values.resize(values.capacity());
  return parse_session(text, values.view());
}

void Session::wipe() {
  secrets.clear();
  secret_files.clear();
}

} // namespace psbc::runtime
