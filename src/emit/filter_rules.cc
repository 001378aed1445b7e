// SPDX-License-Identifier: MIT
//
// Everything is allowed but what is named here: a list of all that Python programs may call would be
// wrong with every new libc. Allowed on purpose, although firejail's default list refuses it:
//   ptrace, process_vm_readv, process_vm_writev, kcmp, pidfd_getfd
//     gdb, py-spy, strace and `pdb -p` on one's own processes. Since Linux 4.8 a tracer cannot get a
//     call past the filter (the check comes after it), and the PID namespace holds nobody else's
//     process; firejail's own and psbc's are not dumpable. Older kernels are refused at entry.
//   mbind, set_mempolicy, get_mempolicy, move_pages, migrate_pages
//     torch and numpy place memory on NUMA nodes; they act on one's own processes only.
#include "emit/filter_rules.h"

#include <seccomp.h>
#include <sys/mman.h>

#include <array>
#include <cerrno>
#include <memory>

#include "base/file.h"

namespace psbc::emit {
namespace {

constexpr std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
constexpr std::uint64_t low_32_bits = 0xFFFF'FFFF;

// Refused whatever the arguments are. A name that libseccomp or this architecture does not know is
// skipped: such a call does not exist here.
constexpr const char* refused_calls[] = {
    // mounts and roots: without capabilities they fail anyway; here they do not even reach the kernel's code
    "chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree",
    "pivot_root", "quotactl", "quotactl_fd", "umount", "umount2",
    // other namespaces; unshare and clone are judged by their flags below
    "setns",
    // the kernel itself
    "bpf", "create_module", "delete_module", "finit_module", "get_kernel_syms", "init_module", "kexec_file_load",
    "kexec_load", "perf_event_open", "query_module", "syslog", "userfaultfd",
    // keyrings are not part of any namespace: the host's session keyring would be readable (THREATS B10)
    "add_key", "keyctl", "request_key",
    // a ring's operations pass no filter: IORING_OP_SOCKET opens what `socket` refuses (FIREJAIL B4).
    // libuv and others fall back, as they must where kernel.io_uring_disabled is set
    "io_uring_enter", "io_uring_register", "io_uring_setup",
    // handles reach files without a path, so around every hidden and every read-only mount
    "name_to_handle_at", "open_by_handle_at",
    // what is watched through a mount is all of its file system
    "fanotify_init", "fanotify_mark",
    // clocks, hardware, and the machine as a whole
    "acct", "adjtimex", "clock_adjtime", "clock_adjtime64", "clock_settime", "clock_settime64", "ioperm", "iopl",
    "pciconfig_iobase", "pciconfig_read", "pciconfig_write", "reboot", "setdomainname", "sethostname",
    "settimeofday", "stime", "swapoff", "swapon", "vhangup",
    // old doors with a history of holes and no user among Python programs
    "_sysctl", "afs_syscall", "bdflush", "getpmsg", "lookup_dcookie", "modify_ldt", "nfsservctl", "putpmsg",
    "remap_file_pages", "security", "sysfs", "tuxcall", "uselib", "ustat", "vm86", "vm86old", "vmsplice", "vserver",
};

// The flags of clone(2). CLONE_NEWTIME is not one of them: its bit is part of the exit signal there.
constexpr std::uint64_t new_namespace_flags[] = {
    0x0002'0000, // CLONE_NEWNS
    0x0200'0000, // CLONE_NEWCGROUP
    0x0400'0000, // CLONE_NEWUTS
    0x0800'0000, // CLONE_NEWIPC
    0x1000'0000, // CLONE_NEWUSER
    0x2000'0000, // CLONE_NEWPID
    0x4000'0000, // CLONE_NEWNET
};
constexpr std::uint64_t clone_newtime = 0x80;

// Requests on a terminal that type into it, or change who reads it. The kernel looks at 32 bits of the
// request; comparing all 64 was CVE-2019-10063 of flatpak and CVE-2023-28100 after it.
constexpr std::uint64_t refused_ioctls[] = {
    0x5412, // TIOCSTI: after Ctrl-Z, a process in the background typed into the host's shell (FIREJAIL B4)
    0x541C, // TIOCLINUX: the same on a virtual console, by pasting
    0x5423, // TIOCSETD: line disciplines that load kernel modules
};

constexpr std::uint64_t af_netlink = 16, netlink_route = 0;
// Up to AF_NETLINK; 1, 2 and 10 are AF_UNIX, AF_INET and AF_INET6.
constexpr std::uint64_t refused_families[] = {0, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15};

class Filter {
 public:
  explicit Filter(std::uint32_t fallback) : context_(seccomp_init(fallback), seccomp_release) {}

  void attribute(scmp_filter_attr name, std::uint32_t value) {
    note(context_ ? seccomp_attr_set(context_.get(), name, value) : -ENOMEM);
  }
  template <class... Comparisons>
  void rule(std::uint32_t action, const char* name, Comparisons... comparisons) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR || !context_)
      return;
    const std::array<scmp_arg_cmp, sizeof...(comparisons)> list = {comparisons...};
    note(seccomp_rule_add_array(context_.get(), action, number, list.size(), list.data()));
  }
  base::Result<std::string> program() {
    const base::Fd memory(memfd_create("psbc-filter", MFD_CLOEXEC));
    if (!memory)
      note(-errno);
    if (error_ == 0)
      note(seccomp_export_bpf(context_.get(), memory.get()));
    if (error_ == 0 && lseek(memory.get(), 0, SEEK_SET) != 0)
      note(-errno);
    if (error_ != 0)
      return base::Error{.operation = "make", .object = "the system call filter", .code = -error_};
    return base::read_all(memory.get(), 1U << 20U, "the system call filter");
  }

 private:
  void note(int result) {
    if (error_ == 0 && result < 0)
      error_ = result;
  }

  std::unique_ptr<void, decltype(&seccomp_release)> context_;
  int error_ = 0; // the first failure; all rules are needed, so what follows it does not matter
};

scmp_arg_cmp argument_is(unsigned index, std::uint64_t mask, std::uint64_t value) {
  return scmp_arg_cmp{index, SCMP_CMP_MASKED_EQ, mask, value};
}

void refuse_namespaces(Filter& filter) {
  for (const std::uint64_t flag : new_namespace_flags) {
    filter.rule(refuse, "clone", argument_is(0, flag, flag)); // the first argument on x86-64 and aarch64
    filter.rule(refuse, "unshare", argument_is(0, flag, flag));
  }
  filter.rule(refuse, "unshare", argument_is(0, clone_newtime, clone_newtime));
  // Its flags are behind a pointer, where no filter can look. ENOSYS makes libc take clone instead.
  filter.rule(SCMP_ACT_ERRNO(ENOSYS), "clone3");
}

/// Unix and internet sockets, and the one kind of netlink that lists interfaces and routes: without it
/// getifaddrs fails, and with it NCCL ("no socket interface found"), psutil and libuv. It cannot change
/// anything without a capability, and tells less than /sys/class/net and /proc/net, which are there.
/// firejail's `protocol` knows only netlink as a whole.
void refuse_socket_families(Filter& filter) {
  const std::uint32_t unsupported = SCMP_ACT_ERRNO(EAFNOSUPPORT); // what callers know how to live with
  for (const char* call : {"socket", "socketpair"}) {
    for (const std::uint64_t family : refused_families)
      filter.rule(unsupported, call, argument_is(0, low_32_bits, family));
    filter.rule(unsupported, call, scmp_arg_cmp{0, SCMP_CMP_GT, af_netlink, 0});
    filter.rule(unsupported, call, argument_is(0, low_32_bits, af_netlink),
                scmp_arg_cmp{2, SCMP_CMP_NE, netlink_route, 0});
  }
}

/// Landlock judges connect() and bind() of plain TCP. Of the internet's families only that is left: not UDP, raw,
/// SCTP or MPTCP (whose sockets it let through before Linux 6.14). And not a connection that is made by sending:
/// TCP Fast Open passes no hook.
void refuse_all_but_tcp(Filter& filter) {
  constexpr std::uint64_t af_inet = 2, af_inet6 = 10, type_bits = 0xF, sock_stream = 1, tcp = 6, msg_fastopen = 0x2000'0000;
  constexpr std::uint32_t closed = SCMP_ACT_ERRNO(EACCES); // what Landlock itself gives
  for (const std::uint64_t family : {af_inet, af_inet6}) {
    const scmp_arg_cmp is_family = argument_is(0, low_32_bits, family);
    for (std::uint64_t type = 0; type <= type_bits; ++type)
      if (type != sock_stream) filter.rule(closed, "socket", is_family, argument_is(1, type_bits, type));
    for (std::uint64_t protocol = 1; protocol < tcp; ++protocol)
      filter.rule(closed, "socket", is_family, argument_is(2, low_32_bits, protocol));
    filter.rule(closed, "socket", is_family, scmp_arg_cmp{2, SCMP_CMP_GT, tcp, 0});
  }
  const std::uint32_t unsupported = SCMP_ACT_ERRNO(EOPNOTSUPP); // callers connect as usual then
  filter.rule(unsupported, "sendto", argument_is(3, msg_fastopen, msg_fastopen));
  filter.rule(unsupported, "sendmsg", argument_is(2, msg_fastopen, msg_fastopen));
  filter.rule(unsupported, "sendmmsg", argument_is(3, msg_fastopen, msg_fastopen));
}

/// Reading it, ADDR_NO_RANDOMIZE (gdb) and 32-bit naming (setarch) are harmless. READ_IMPLIES_EXEC and
/// MMAP_PAGE_ZERO undo hardening. Reading is the value 0xffffffff, in which those bits are set too; so
/// bit 31, which means nothing, is allowed only together with all others.
void refuse_personalities(Filter& filter) {
  constexpr std::uint64_t read_implies_exec = 0x0040'0000, mmap_page_zero = 0x0010'0000, unused = 0x8000'0000;
  for (const std::uint64_t flag : {read_implies_exec, mmap_page_zero})
    filter.rule(refuse, "personality", argument_is(0, flag | unused, flag));
  for (unsigned bit = 0; bit < 31; ++bit)
    filter.rule(refuse, "personality", argument_is(0, std::uint64_t{1} << bit | unused, unused));
}

} // namespace

base::Result<std::string> compile_filter(config::NetworkAccess access) {
  Filter filter(SCMP_ACT_ALLOW);
  // 32-bit calls on a 64-bit kernel and x32: the rules below know only the numbers of one ABI.
  filter.attribute(SCMP_FLTATR_ACT_BADARCH, refuse);
  filter.attribute(SCMP_FLTATR_CTL_OPTIMIZE, 2); // a binary tree: most calls match no rule at all

  for (const char* call : refused_calls)
    filter.rule(refuse, call);
  for (const std::uint64_t request : refused_ioctls)
    filter.rule(refuse, "ioctl", argument_is(1, low_32_bits, request));
  refuse_namespaces(filter);
  refuse_socket_families(filter);
  refuse_personalities(filter);
  if (access == config::NetworkAccess::ports) refuse_all_but_tcp(filter);
  return filter.program();
}

} // namespace psbc::emit
