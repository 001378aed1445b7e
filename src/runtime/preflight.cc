// SPDX-License-Identifier: MIT
#include "runtime/preflight.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "runtime/inside.h"

namespace psbc::runtime {
namespace {

constexpr const char* firejail_config = "/etc/firejail/firejail.config";
constexpr std::size_t max_config = 1U << 20U;
constexpr std::size_t max_comm = 64;

/// 0.9.81 no longer looks.
constexpr emit::FirejailVersion last_to_look_for_kernel_threads = {.major = 0, .minor = 9, .patch = 80};

base::Error refused(std::string operation, std::string object, std::string cause, std::string hint) {
  return {.operation = std::move(operation),
          .object = std::move(object),
          .cause = std::move(cause),
          .hint = std::move(hint)};
}

/// An open directory lets the command leave the sandbox by `..` (THREATS C10).
base::Status check_standard_streams() {
  constexpr std::array<const char*, 3> names = {"standard input", "standard output", "standard error"};
  for (int fd = 0; fd < 3; ++fd) {
    struct stat status{};
    if (fstat(fd, &status) != 0 && errno == EBADF) {
      // The lowest free number is `fd`: the ones before it are open by now.
      if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
        return base::system_error("open", "/dev/null");
    } else if (S_ISDIR(status.st_mode)) {
      return refused("enter the sandbox", "", std::string(names.at(static_cast<std::size_t>(fd))) + " is a directory",
                     "a directory that stays open leads out of the sandbox: redirect it to a file or /dev/null");
    }
  }
  return base::ok();
}

base::Status check_firejail(const base::AbsPath& firejail) {
  struct stat status{};
  if (stat(firejail.c_str(), &status) != 0)
    return base::system_error("find", firejail.string(), "install firejail (on Debian and Ubuntu: sudo apt install firejail)");
  auto wrong = emit::why_untrustworthy({.uid = status.st_uid, .gid = status.st_gid, .mode = status.st_mode & 07777});
  if (!S_ISREG(status.st_mode))
    wrong = "it is not a program";
  if (wrong)
    return refused("use", firejail.string(), *wrong, "reinstall firejail from your distribution");
  return base::ok();
}

/// Before Linux 4.8 a tracer could change a call after seccomp had judged it, and our filter allows ptrace.
base::Status check_kernel() {
  struct utsname system{};
  if (uname(&system) != 0)
    return base::system_error("ask for", "the kernel's version");
  char* rest = nullptr;
  const long major = std::strtol(system.release, &rest, 10);
  const long minor = *rest == '.' ? std::strtol(rest + 1, nullptr, 10) : 0;
  if (major > 4 || (major == 4 && minor >= 8))
    return base::ok();
  return refused("enter the sandbox", "", "the kernel is " + std::string(system.release) + ", older than 4.8",
                 "a process could get around the system call filter there");
}

base::Status check_firejail_config() {
  const base::Fd file(open(firejail_config, O_RDONLY | O_CLOEXEC));
  if (!file) // firejail then takes its defaults, or refuses to start
    return base::ok();
  TRY_ASSIGN(const std::string text, base::read_all(file.get(), max_config, firejail_config));
  const std::string feature = disabled_feature(text);
  if (feature.empty())
    return base::ok();
  return refused("enter the sandbox", "", "`" + feature + " no` in " + firejail_config + " turns a protection off",
                 "firejail would skip it without a word; ask whoever administers this machine to remove that line");
}

base::Result<std::string> comm_of(int pid) {
  const std::string path = "/proc/" + std::to_string(pid) + "/comm";
  const base::Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return base::system_error("open", path);
  return base::read_all(file.get(), max_comm, path);
}

/// The names and the numbers that firejail itself looks for.
bool sees_kernel_threads() {
  constexpr const char* kernel_threads[] = {"kthreadd", "ksoftirqd", "kworker", "rcu_sched", "rcu_bh"};
  for (int pid = 1; pid <= 10; ++pid) {
    const auto comm = comm_of(pid);
    for (const char* name : kernel_threads)
      if (comm && comm->starts_with(name))
        return true;
  }
  return false;
}

} // namespace

std::string disabled_feature(std::string_view text) {
  // The switches that would remove something from what psbc emits. Others make firejail stricter
  // (force-nonewprivs, restricted-network, disable-mnt), make it refuse loudly (network), or concern
  // directives that psbc never writes (x11, overlayfs, chroot, private-*).
  constexpr std::string_view needed[] = {"dbus", "seccomp", "userns", "whitelist"};
  for (const std::string_view line : base::split(text, '\n')) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
      continue;
    const std::size_t end = line.find_first_of(" \t", begin);
    if (end == std::string_view::npos)
      continue;
    const std::string_view key = line.substr(begin, end - begin);
    const std::size_t value_begin = line.find_first_not_of(" \t", end);
    if (value_begin == std::string_view::npos)
      continue;
    const std::size_t value_end = line.find_first_of(" \t\r", value_begin);
    const std::string_view value = line.substr(value_begin, value_end - value_begin);
    for (const std::string_view feature : needed)
      if (key == feature && value == "no")
        return std::string(feature);
  }
  return {};
}

std::string why_no_sandbox(emit::FirejailVersion version) {
  const auto first = comm_of(1);
  // From 0.9.80 on process 1 is closed to the sandbox. A /proc that is mounted with hidepid gives EPERM
  // or ENOENT instead; firejail, as root, sees through that, and the proof of entry has the last word.
  if (first ? first->starts_with("firejail") : first.error().code == EACCES)
    return "this is already inside a firejail sandbox";
  if (first && version <= last_to_look_for_kernel_threads && !sees_kernel_threads())
    return "this is a container or another sandbox (docker, podman, a CI job, WSL), where firejail runs commands "
           "without a sandbox";
  return {};
}

base::Status preflight(const PreflightRequest& request) {
  TRY(check_standard_streams());
  TRY(check_firejail(request.firejail));
  TRY(check_kernel());
  if (std::string reason = why_no_sandbox(request.version); !reason.empty())
    return refused("enter the sandbox", "", std::move(reason), "run psbc on the machine itself, outside of it");
  TRY(check_firejail_config());
  return base::make_directories(request.home / ".config/firejail", 0700);
}

std::string why_root_is_kept_out(const base::AbsPath& place, std::string_view mountinfo) {
  // proc(5): ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS [TAGS...] - TYPE SOURCE SUPEROPTIONS
  std::string mount, type, options;
  for (const std::string_view line : base::split(mountinfo, '\n')) {
    const auto fields = base::split(line, ' ');
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (fields.size() < 5 || fields.end() - dash < 4) continue;
    const auto point = base::AbsPath::parse(unescape_mount_point(fields[4]));
    if (!point || !place.is_under(*point) || point->string().size() < mount.size()) continue; // of two at one place the later counts
    mount = point->string();
    type = dash[1];
    options = "," + std::string(dash[3]) + ",";
  }
  if (type == "nfs" || type == "nfs4") return "it lies on NFS, which mostly squashes root";
  const bool is_fuse = type == "fuse" || type.starts_with("fuse.");
  return is_fuse && options.find(",allow_other,") == std::string::npos ? "it lies on FUSE, mounted without allow_other" : "";
}

std::string why_root_is_kept_out(const base::AbsPath& place) {
  const base::Fd file(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  const auto text = file ? base::read_all(file.get(), 16U << 20U, "/proc/self/mountinfo") : base::Result<std::string>(base::Error{});
  return text ? why_root_is_kept_out(place, *text) : "";
}

} // namespace psbc::runtime
