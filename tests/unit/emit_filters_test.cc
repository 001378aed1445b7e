// SPDX-License-Identifier: MIT
// Each claim loads the filter in a child and makes the calls themselves; where a kernel without the
// filter would refuse them too, a control shows the difference.
#include "emit/filters.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;
using test::in_child;

namespace {

/// In a child only: the filter stays for ever.
void load(config::NetworkAccess access) {
  const std::string_view bytes = emit::filter_for(access);
  std::vector<sock_filter> program(bytes.size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes.data(), bytes.size());
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
    _exit(98);
}

/// 0, or the error that the call gave.
template <class... Arguments>
int error_of(long number, Arguments... arguments) {
  errno = 0;
  return syscall(number, arguments...) < 0 ? errno : 0;
}

/// What `call` gives under the filter, as an exit status.
template <class Call>
int filtered(const Call& call, config::NetworkAccess access = config::NetworkAccess::full) {
  return in_child([&] {
    load(access);
    return call();
  });
}

constexpr unsigned long tiocsti = 0x5412, tioclinux = 0x541C, tiocsetd = 0x5423, fionread = 0x541B;

} // namespace

TEST_CASE("the filter is small enough to load and ends in an answer for every call") {
  for (const auto access : {config::NetworkAccess::full, config::NetworkAccess::ports, config::NetworkAccess::none}) {
    const std::string_view bytes = emit::filter_for(access);
    CHECK_FALSE(bytes.empty());
    CHECK(bytes.size() % sizeof(sock_filter) == 0);
    CHECK(bytes.size() / sizeof(sock_filter) < 1024);
  }
}

TEST_CASE("no new namespace by unshare, clone or setns; unshare without one works") {
  for (const unsigned long flag : {0x20000UL, 0x2000000UL, 0x4000000UL, 0x8000000UL, 0x10000000UL, 0x20000000UL, 0x40000000UL}) {
    CHECK(filtered([flag] { return error_of(SYS_unshare, flag); }) == EPERM);
    CHECK(filtered([flag] { return error_of(SYS_clone, flag | SIGCHLD, 0UL, 0UL, 0UL, 0UL); }) == EPERM);
  }
  CHECK(filtered([] { return error_of(SYS_unshare, 0x80UL); }) == EPERM); // CLONE_NEWTIME
  CHECK(filtered([] { return error_of(SYS_unshare, 0x400UL); }) == 0);    // CLONE_FILES
  CHECK(filtered([] { return error_of(SYS_setns, -1, 0); }) == EPERM);
}

TEST_CASE("clone3 looks as on a kernel that lacks it, so libc takes clone") {
  CHECK(filtered([] { return error_of(435, 0UL, 0UL); }) == ENOSYS);
}

TEST_CASE("fork, threads and exec work under the filter") {
  CHECK(filtered([] {
          pthread_t thread{};
          const auto nothing = [](void* argument) { return argument; };
          if (pthread_create(&thread, nullptr, nothing, nullptr) != 0 || pthread_join(thread, nullptr) != 0)
            return 1;
          const pid_t child = fork();
          if (child == 0)
            execl("/bin/sh", "sh", "-c", "exit 7", nullptr);
          int status = 0;
          waitpid(child, &status, 0);
          return WEXITSTATUS(status);
        }) == 7);
}

TEST_CASE("keys cannot be pushed into a terminal, whatever the upper half of the request holds") {
  const auto on_terminal = [](unsigned long request) {
    const int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    int scratch = 'x';
    return error_of(SYS_ioctl, fd, request, &scratch);
  };
  for (const unsigned long request : {tiocsti, tioclinux, tiocsetd})
    for (const unsigned long upper : {0UL, 1UL << 32U, 0xFFFFFFFFUL << 32U})
      CHECK(filtered([&] { return on_terminal(request | upper); }) == EPERM);
  CHECK(filtered([&] { return on_terminal(fionread); }) == 0);
}

TEST_CASE("of the socket families only unix, the internet's, and the list of interfaces are left") {
  const auto family = [](int number, int type, int protocol) {
    return filtered([=] { return error_of(SYS_socket, number, type, protocol); });
  };
  CHECK(family(AF_UNIX, SOCK_STREAM, 0) == 0);
  CHECK(family(AF_INET, SOCK_STREAM, 0) == 0);
  CHECK(family(AF_INET6, SOCK_DGRAM, 0) != EPERM); // a kernel without IPv6 gives EAFNOSUPPORT by itself
  CHECK(family(AF_NETLINK, SOCK_RAW, 0) == 0);     // NETLINK_ROUTE
  for (const int protocol : {4, 9, 12, 15, 16})    // SOCK_DIAG, AUDIT, NETFILTER, KOBJECT_UEVENT, GENERIC
    CHECK(family(AF_NETLINK, SOCK_RAW, protocol) == EAFNOSUPPORT);
  for (int number = 0; number < 64; ++number)
    if (number != AF_UNIX && number != AF_INET && number != AF_INET6 && number != AF_NETLINK)
      CHECK(family(number, SOCK_STREAM, 0) == EAFNOSUPPORT);
}

TEST_CASE("with ports alone there is plain TCP, and no connection by sending") {
  const auto with_ports = [](const auto& call) { return filtered(call, config::NetworkAccess::ports); };
  const auto family = [&](int number, int type, int protocol) {
    return with_ports([=] { return error_of(SYS_socket, number, type, protocol); });
  };
  CHECK(family(AF_UNIX, SOCK_DGRAM, 0) == 0);
  CHECK(family(AF_NETLINK, SOCK_RAW, 0) == 0);
  for (const int internet : {AF_INET, AF_INET6}) {
    for (const int protocol : {0, 6}) CHECK(family(internet, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol) != EACCES);
    for (const int protocol : {1, 132, 136, 255, 256, 262}) CHECK(family(internet, SOCK_STREAM, protocol) == EACCES);
    for (const int type : {0, 2, 3, 4, 5, 6, 10, 15}) CHECK(family(internet, type, 0) == EACCES);
  }
  const auto sends = [&](int flags) {
    return with_ports([=] { return error_of(SYS_sendto, -1, "x", 1UL, flags, nullptr, 0); });
  };
  CHECK(sends(MSG_NOSIGNAL) == EBADF);
  CHECK(sends(0x2000'0000) == EOPNOTSUPP);
  CHECK(sends(0x2000'0000 | MSG_NOSIGNAL) == EOPNOTSUPP);
  CHECK(with_ports([] { return error_of(SYS_sendmsg, -1, nullptr, 0x2000'0000); }) == EOPNOTSUPP);
  CHECK(with_ports([] { return error_of(SYS_sendmmsg, -1, nullptr, 1U, 0x2000'0000); }) == EOPNOTSUPP);
  CHECK(filtered([] { return error_of(SYS_sendto, -1, "x", 1UL, 0x2000'0000, nullptr, 0); }) == EBADF);
}

TEST_CASE("io_uring, keyrings, bpf and file handles are out of reach") {
  CHECK(filtered([] { return error_of(425, 1UL, 0UL); }) == EPERM); // io_uring_setup
  CHECK(filtered([] { return error_of(SYS_keyctl, 0UL, -3L, 0UL, 0UL, 0UL); }) == EPERM);
  CHECK(filtered([] { return error_of(SYS_bpf, 0UL, 0UL, 0UL); }) == EPERM);
  CHECK(filtered([] { return error_of(SYS_open_by_handle_at, -1, 0UL, 0UL); }) == EPERM);
  CHECK(filtered([] { return error_of(SYS_userfaultfd, 0UL); }) == EPERM);
  CHECK(filtered([] { return error_of(SYS_mount, 0UL, 0UL, 0UL, 0UL, 0UL); }) == EPERM);
}

TEST_CASE("a process may trace and read its own child") {
  CHECK(filtered([] {
          int value = 42, copy = 0, status = 0; // the child's is read where this one lies
          const pid_t child = fork();
          if (child == 0) {
            pause();
            _exit(0);
          }
          iovec local = {&copy, sizeof copy}, remote = {&value, sizeof value};
          const bool traced = ptrace(PTRACE_ATTACH, child, nullptr, nullptr) == 0 && waitpid(child, &status, 0) == child;
          const bool read = process_vm_readv(child, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(sizeof copy);
          kill(child, SIGKILL);
          return traced && read ? copy : 0;
        }) == 42);
}

TEST_CASE("memory can be placed on a node, as torch does") {
  CHECK(filtered([] { return error_of(SYS_set_mempolicy, 0UL, 0UL, 0UL); }) != EPERM);
}

TEST_CASE("the personality can be read and address randomisation switched off; hardening cannot") {
  const auto set = [](unsigned long persona) {
    return filtered([=] {
      errno = 0;
      return personality(persona) < 0 && errno != 0 ? errno : 0;
    });
  };
  CHECK(set(0xFFFF'FFFF) == 0);
  CHECK(set(ADDR_NO_RANDOMIZE) == 0);
  CHECK(set(READ_IMPLIES_EXEC) == EPERM);
  CHECK(set(READ_IMPLIES_EXEC | 0x8000'0000) == EPERM);
  CHECK(set(MMAP_PAGE_ZERO) == EPERM);
}

#ifdef __x86_64__
namespace {

/// getpid by the 32-bit entry of a 64-bit kernel; a kernel without it ends the process by a signal.
int getpid_32() {
  signal(SIGSEGV, SIG_DFL); // without the test framework's report
  int result = 0;
  asm volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
  return result;
}

} // namespace

TEST_CASE("32-bit and x32 calls are refused: their numbers mean other calls") {
  const int control = in_child([] { return getpid_32() == getpid() ? 0 : 1; });
  if (control == 0)
    CHECK(filtered([] { return -getpid_32(); }) == EPERM);
  CHECK(filtered([] { return error_of(0x4000'0000L + SYS_getpid); }) == EPERM);
}
#endif
