// SPDX-License-Identifier: MIT
// Writing: descriptors that close themselves, and files that appear whole or not at all.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

#include "base/path.h"
#include "base/result.h"

namespace psbc::base {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd();
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

Status write_all(int fd, std::string_view bytes, const std::string& name);
/// Reads to the end; EFBIG above `limit`. `known`: what fstat says of `fd`, for who has asked already.
Result<std::string> read_all(int fd, std::size_t limit, const std::string& name, const struct stat* known = nullptr);

/// Writes a temporary file beside `path` (O_EXCL, O_NOFOLLOW), syncs it, and renames it over `path`.
/// On any failure `path` is as it was and nothing is left behind.
Status write_atomically(const AbsPath& path, std::string_view bytes, mode_t mode);

/// Some file systems (vboxsf, some of FUSE) have no such call for directories, and say EINVAL: that is no failure.
Status sync_directory(int fd, const std::string& name);

/// mkdir -p; directories that are made get `mode`. An existing symlink on the way is followed.
Status make_directories(const AbsPath& path, mode_t mode);

} // namespace psbc::base
