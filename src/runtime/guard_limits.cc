// SPDX-License-Identifier: MIT
#include "runtime/guard_limits.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace psbc::runtime {
namespace {

constexpr std::uint32_t half = 4; // bytes; a filter loads 32 bits, and both architectures are little-endian

constexpr std::uint32_t argument(std::uint32_t index) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + index * 2 * half;
}
constexpr sock_filter load(std::uint32_t offset) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset); }
constexpr sock_filter equal(std::uint32_t value, std::uint8_t then_skip, std::uint8_t else_skip) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, then_skip, else_skip);
}
constexpr sock_filter verdict(std::uint32_t action) { return BPF_STMT(BPF_RET | BPF_K, action); }

} // namespace

base::Status guard_own_limits() {
  // prlimit64(pid, resource, new_limit, old_limit); the kernel looks at 32 bits of pid.
  std::array<sock_filter, 10> program = {
      load(offsetof(seccomp_data, nr)), equal(SYS_prlimit64, 0, 6),
      load(argument(0)),                equal(static_cast<std::uint32_t>(getpid()), 0, 4),
      load(argument(2)),                equal(0, 0, 3),
      load(argument(2) + half),         equal(0, 0, 1),
      verdict(SECCOMP_RET_ALLOW),       verdict(SECCOMP_RET_ERRNO | EPERM)};
  const sock_fprog filter{.len = program.size(), .filter = program.data()};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
    return base::system_error("load", "the filter that guards psbc's own process");
  return base::ok();
}

} // namespace psbc::runtime
