// SPDX-License-Identifier: MIT
#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace psbc::base {

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) close(fd_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Status write_all(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("write", name);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return ok();
}

Result<std::string> read_all(int fd, std::size_t limit, const std::string& name, const struct stat* known) {
  struct stat st{};
  if (known != nullptr) st = *known;
  else if (fstat(fd, &st) != 0) return system_error("read", name);
  // The size is a hint: /proc files say 0, and a file may grow while it is read. One byte more shows that it did.
  const auto size = S_ISREG(st.st_mode) && st.st_size > 0 ? static_cast<std::size_t>(st.st_size) : 0;
  std::string out;
  for (std::size_t have = 0;;) {
    out.resize(have + (have == 0 && size != 0 ? std::min(limit, size) + 1 : 16384));
    const ssize_t n = read(fd, out.data() + have, out.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("read", name);
    have += static_cast<std::size_t>(n);
    if (have > limit) {
      errno = EFBIG;
      return system_error("read", name);
    }
    if (n != 0 && (size == 0 || have != size)) continue;
    out.resize(have);
    return out;
  }
}

Status write_atomically(const AbsPath& path, std::string_view bytes, mode_t mode) {
  const AbsPath directory = path.parent();
  const Fd dir(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!dir) return system_error("open the directory", directory.string());
  const std::string temporary = "." + std::string(path.name()) + "." + std::to_string(getpid()) + ".tmp";
  unlinkat(dir.get(), temporary.c_str(), 0); // of a killed process that had our number
  Fd file(openat(dir.get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return system_error("create", path.string());
  auto written = write_all(file.get(), bytes, path.string());
  if (written && (fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0)) written = system_error("write", path.string());
  if (written && renameat(dir.get(), temporary.c_str(), dir.get(), std::string(path.name()).c_str()) != 0)
    written = system_error("replace", path.string());
  if (!written) {
    unlinkat(dir.get(), temporary.c_str(), 0);
    return written;
  }
  fsync(dir.get()); // the rename is visible already; a failure here loses it only with the power
  return ok();
}

Status sync_directory(int fd, const std::string& name) {
  if (fsync(fd) != 0 && errno != EINVAL) return system_error("write", name);
  return ok();
}

Status make_directories(const AbsPath& path, mode_t mode) {
  if (path.is_root() || mkdir(path.c_str(), mode) == 0) return ok();
  if (errno == ENOENT) {
    TRY(make_directories(path.parent(), mode));
    if (mkdir(path.c_str(), mode) == 0) return ok();
  }
  if (errno == EEXIST) {
    struct stat st{};
    if (stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return ok();
    errno = ENOTDIR;
  }
  return system_error("create the directory", path.string());
}

} // namespace psbc::base
