// SPDX-License-Identifier: MIT
#include "runtime/jail_checks.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/file.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t max_status = 64U << 10U;
constexpr std::size_t max_session = 64U << 10U;

base::Error unproven(std::string cause, std::string object = {}) {
  return {.operation = object.empty() ? "enter the sandbox" : "enter the sandbox: check",
          .object = std::move(object),
          .cause = std::move(cause),
          .hint = "nothing was run; `psbc build --force` compiles the sandbox again"};
}

/// The value of "Name:\tvalue" in /proc/self/status.
std::string_view status_value(std::string_view status, std::string_view name) {
  for (const std::string_view line : base::split(status, '\n')) {
    if (!line.starts_with(name) || line.size() <= name.size() || line[name.size()] != ':')
      continue;
    const std::size_t begin = line.find_first_not_of(" \t", name.size() + 1);
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
  }
  return {};
}

bool is_zero(std::string_view hexadecimal) {
  return !hexadecimal.empty() && hexadecimal.find_first_not_of('0') == std::string_view::npos;
}

base::Status check_privileges() {
  const base::Fd file(open("/proc/self/status", O_RDONLY | O_CLOEXEC));
  if (!file)
    return base::system_error("open", "/proc/self/status");
  TRY_ASSIGN(const std::string status, base::read_all(file.get(), max_status, "/proc/self/status"));
  if (status_value(status, "NoNewPrivs") != "1")
    return unproven("a setuid program could still gain privileges (no_new_privs is not set)");
  for (const std::string_view set : {"CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb"})
    if (!is_zero(status_value(status, set)))
      return unproven("capabilities are left (" + std::string(set) + ")");
  return base::ok();
}

/// Being a tmpfs is not enough: on a live system, the real one is too.
base::Status check_home(const emit::EnterPlan& plan, const FileIdentity& outside) {
  struct statfs status{};
  if (statfs(plan.home.c_str(), &status) != 0)
    return base::system_error("enter the sandbox: check", plan.home);
  TRY_ASSIGN(const FileIdentity inside, identify(plan.home));
  if (status.f_type != TMPFS_MAGIC || inside == outside)
    return unproven("the home directory is the real one", plan.home);
  return base::ok();
}

base::Status check_network(const emit::EnterPlan& plan, const FileIdentity& outside) {
  if (plan.network != config::NetworkAccess::none) return base::ok();
  TRY_ASSIGN(const FileIdentity inside, identify(own_network));
  return inside == outside ? unproven("the network is the host's") : base::ok();
}

base::Status check_session(const emit::EnterPlan& plan) {
  const std::string path = plan.session + "/session";
  struct statvfs status{};
  const base::Fd file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file)
    return base::system_error("enter the sandbox: open", path);
  if (fstatvfs(file.get(), &status) != 0 || (status.f_flag & ST_RDONLY) == 0)
    return unproven("it can be changed from inside", path);
  TRY_ASSIGN(const std::string bytes, base::read_all(file.get(), max_session, path));
  const auto session = emit::parse_inside_session(bytes);
  if (!session || session->id != plan.id)
    return unproven("it belongs to another sandbox", path);
  return base::ok();
}

/// What firejail mounts over a hidden path is empty, belongs to root and has no permission bit for
/// others. It opens for root alone, so that mode is looked at only then.
bool is_placeholder(int fd) {
  struct stat status{};
  return geteuid() == 0 && fstat(fd, &status) == 0 && status.st_uid == 0 && (status.st_mode & 0377) == 0 &&
         (S_ISDIR(status.st_mode) || status.st_size == 0);
}

base::Status check_hidden(const std::string& path) {
  // O_NONBLOCK: a fifo must not hold up the entry. A path that is absent is as hidden as can be.
  const base::Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (file && !is_placeholder(file.get()))
    return unproven("it is hidden, and could be read inside", path);
  return base::ok();
}

/// Of /run/user/UID nothing is there but the way to what the policy shows.
base::Status check_runtime(const emit::EnterPlan& plan) {
  const std::string top = "/run/user/" + std::to_string(getuid());
  DIR* const directory = opendir(top.c_str());
  if (directory == nullptr) return base::ok();
  base::Status result = base::ok();
  while (const dirent* const entry = readdir(directory)) {
    const std::string path = top + "/" + entry->d_name;
    const auto leads_to = [&](const std::string& shown) { return shown == path || shown.starts_with(path + "/"); };
    const bool is_dot = std::string_view(entry->d_name) == "." || std::string_view(entry->d_name) == "..";
    if (!is_dot && std::none_of(plan.read_only.begin(), plan.read_only.end(), leads_to) && result)
      result = unproven("it belongs to your session, and could be used inside", path);
  }
  closedir(directory);
  return result;
}

base::Status check_writability(const std::string& path, bool read_only) {
  struct statvfs status{};
  if (statvfs(path.c_str(), &status) != 0)
    return base::ok(); // it is not there: nothing to protect, nothing to use
  if (((status.f_flag & ST_RDONLY) != 0) == read_only)
    return base::ok();
  return unproven(read_only ? "it is read-only, and could be written inside" : "it cannot be written inside", path);
}

base::Status check_pinned(const std::string& path) {
  struct statx status{};
  if (statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status) != 0)
    return base::ok();
  const bool kernel_tells = (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0; // Linux 5.8
  if (kernel_tells && (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0)
    return unproven("it could be renamed inside, and what it protects with it", path);
  return base::ok();
}

} // namespace

base::Status prove_entry(const emit::EnterPlan& plan, const Session& session, const char* found_nonce) {
  if (found_nonce == nullptr || session.nonce != found_nonce)
    return unproven("firejail ran the command without building a sandbox");
  TRY(check_privileges());
  TRY(check_home(plan, session.home_identity));
  TRY(check_network(plan, session.network_identity));
  return check_session(plan);
}

base::Status check_paths(const emit::EnterPlan& plan) {
  // What firejail leaves open by itself, and the profile closes (templates/profile/enter.profile).
  TRY(check_runtime(plan));
  TRY(check_hidden(plan.home + "/.Xauthority"));
  for (const std::string& path : plan.hidden)
    TRY(check_hidden(path));
  for (const std::string& path : plan.read_only)
    TRY(check_writability(path, true));
  for (const std::string& path : plan.writable)
    TRY(check_writability(path, false));
  for (const std::string& path : plan.pinned)
    TRY(check_pinned(path));
  return base::ok();
}

base::Status enter_directory(const std::string& cwd, const FileIdentity& outside) {
  constexpr const char* hint = "start from a directory of the project";
  if (chdir(cwd.c_str()) != 0)
    return base::system_error("enter, inside the sandbox, the directory", cwd, hint);
  TRY_ASSIGN(const FileIdentity inside, identify("."));
  if (inside == outside)
    return base::ok();
  return base::Error{.operation = "enter, inside the sandbox, the directory",
                     .object = cwd,
                     .cause = "it is not visible there",
                     .hint = hint};
}

} // namespace psbc::runtime
