// SPDX-License-Identifier: MIT
#include "base/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <thread>

namespace psbc::base {
namespace {

constexpr int poll_ms = 10;

Error busy(int file, const std::string& shown) {
  char buffer[16] = {};
  const ssize_t n = pread(file, buffer, sizeof buffer, 0);
  pid_t holder = 0;
  // Empty when the holder took the lock a moment ago.
  const bool known = n > 0 && std::from_chars(buffer, buffer + n, holder).ec == std::errc() && holder > 0;
  return {.operation = "lock",
          .object = shown,
          .code = EWOULDBLOCK,
          .cause = known ? "process " + std::to_string(holder) + " holds it" : "another process holds it",
          .hint = known ? "wait until it is done; `ps " + std::to_string(holder) + "` shows what it does"
                        : "wait until it is done"};
}

/// Whether the file that we hold is still the one under that name: the lock of a build directory
/// goes away with the directory (`psbc clean`).
bool is_current(int file, int directory, const std::string& name) {
  struct stat held {
  }, named{};
  return fstat(file, &held) == 0 && fstatat(directory, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

} // namespace

Result<Fd> lock(const PrivateDir& directory, const std::string& name, int wait_ms) {
  const std::string shown = directory.path().string() + "/" + name;
  for (int waited = 0;;) {
    // ENOENT when the whole directory was removed meanwhile: the caller opens a new one.
    Fd file(
        openat(directory.fd(), name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (!file) return system_error("lock", shown);
    while (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) return system_error("lock", shown);
      if (waited >= wait_ms) return busy(file.get(), shown);
      std::this_thread::sleep_for(std::chrono::milliseconds(poll_ms));
      waited += poll_ms;
    }
    if (is_current(file.get(), directory.fd(), name)) {
      // For the message of whoever waits; the lock holds without it (a full disk, say).
      const std::string pid = std::to_string(getpid()) + "\n";
      if (ftruncate(file.get(), 0) == 0) (void)!pwrite(file.get(), pid.data(), pid.size(), 0);
      return file;
    }
  }
}

} // namespace psbc::base
