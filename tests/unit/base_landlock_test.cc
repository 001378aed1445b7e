// SPDX-License-Identifier: MIT
// Each claim limits a child and lets it try. What a kernel cannot do is left out: attack tests take
// Landlock away and look at what psbc says then.
#include "base/landlock.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;
using test::in_child;

namespace {

/// In a child only.
void limit(const base::LandlockLimits& limits) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !base::limit_by_landlock(limits)) _exit(99);
}

struct Address {
  sockaddr_un value{.sun_family = AF_UNIX, .sun_path = {}};
  socklen_t size = 0;
  explicit Address(const std::string& name) { // in the abstract namespace
    std::memcpy(value.sun_path + 1, name.data(), name.size());
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&value); }
};

base::Fd listener(const Address& address) {
  base::Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (bind(fd.get(), address.get(), address.size) != 0 || listen(fd.get(), 1) != 0) return base::Fd();
  return fd;
}

int connect_to(const Address& address) {
  const base::Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return connect(fd.get(), address.get(), address.size) == 0 ? 0 : errno;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int tcp(int (*call)(int, const sockaddr*, socklen_t), std::uint16_t port) {
  const base::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  return call(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

/// A listening socket on a port that the kernel chose.
std::pair<base::Fd, std::uint16_t> tcp_listener() {
  base::Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  REQUIRE(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  REQUIRE(listen(fd.get(), 8) == 0);
  REQUIRE(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return {std::move(fd), ntohs(address.sin_port)};
}

bool has(int version) { return base::landlock_version() >= version; }

} // namespace

TEST_CASE("Landlock: abstract sockets of others refuse, one's own answer") {
  if (!has(base::landlock_with_scopes)) return;
  const Address outside("psbc-unit-outside-" + std::to_string(getpid()));
  const base::Fd server = listener(outside);
  REQUIRE(server);
  CHECK(in_child([&] { return connect_to(outside); }) == 0);
  CHECK(in_child([&] {
          limit({.abstract_sockets = true});
          return connect_to(outside);
        }) == EPERM);
  CHECK(in_child([&] {
          limit({.abstract_sockets = true, .signals = true});
          const Address mine("psbc-unit-inside-" + std::to_string(getpid()));
          const base::Fd own = listener(mine);
          return own ? in_child([&] { return connect_to(mine); }) : 98;
        }) == 0);
}

TEST_CASE("Landlock: signals reach what was started inside, and nothing else") {
  if (!has(base::landlock_with_scopes)) return;
  const auto outside = [] { return kill(getppid(), 0) == 0 ? 0 : errno; };
  CHECK(in_child(outside) == 0);
  CHECK(in_child([&] {
          limit({.signals = true});
          return outside();
        }) == EPERM);
  CHECK(in_child([&] {
          limit({.signals = true});
          const pid_t child = fork();
          if (child == 0) {
            pause();
            _exit(0);
          }
          return kill(child, SIGKILL) == 0 && kill(0, 0) == 0 ? 0 : errno;
        }) == 0);
}

TEST_CASE("Landlock: TCP to and from the named ports alone") {
  if (!has(base::landlock_with_ports)) return;
  const auto [one, port] = tcp_listener();
  const auto [two, other] = tcp_listener();
  CHECK(in_child([&, p = port] { return tcp(connect, p); }) == 0);
  const auto limited = [&](int (*call)(int, const sockaddr*, socklen_t), std::uint16_t to) {
    return in_child([&] {
      limit({.tcp = true, .bind = {other}, .connect = {port}});
      return tcp(call, to);
    });
  };
  CHECK(limited(connect, port) == 0);
  CHECK(limited(connect, other) == EACCES);
  CHECK(limited(bind, port) == EACCES);
  CHECK(limited(bind, other) == EADDRINUSE); // allowed, and taken by ourselves
}

TEST_CASE("Landlock: files are linked and renamed from one directory to another as before") {
  const test::TempDir directory;
  const std::string top = directory.path().string();
  CHECK(in_child([&] {
          limit({.abstract_sockets = has(base::landlock_with_scopes),
                 .signals = has(base::landlock_with_scopes),
                 .tcp = has(base::landlock_with_ports)});
          for (const char* name : {"/a", "/b"})
            if (mkdir((top + name).c_str(), 0700) != 0) return 1;
          const base::Fd file(open((top + "/a/x").c_str(), O_CREAT | O_WRONLY, 0600));
          if (!file || link((top + "/a/x").c_str(), (top + "/b/y").c_str()) != 0) return 2;
          return rename((top + "/a/x").c_str(), (top + "/b/z").c_str()) == 0 ? 0 : 3;
        }) == 0);
}
