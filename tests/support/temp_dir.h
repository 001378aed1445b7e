// SPDX-License-Identifier: MIT
// A directory of a test's own, gone when the test is; and a child process to do something in.
#pragma once

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/file.h"

namespace psbc::test {

/// Where an fsync is free, for tests that do hundreds.
inline std::string fast_disk() { return access("/dev/shm", W_OK | X_OK) == 0 ? "/dev/shm" : ""; }

class TempDir {
 public:
  /// `top` must exist; $TMPDIR else /tmp when empty.
  explicit TempDir(std::string top = {}) {
    const char* given = getenv("TMPDIR");
    if (top.empty()) top = given != nullptr && *given == '/' ? given : "/tmp";
    path_ = top + "/psbc-test-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) abort();
  }
  ~TempDir() { nftw(path_.c_str(), remove_entry, 16, FTW_PHYS | FTW_DEPTH); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  base::AbsPath path() const { return base::AbsPath::literal(path_); }
  base::AbsPath operator/(std::string_view relative) const { return path() / relative; }

 private:
  static int remove_entry(const char* path, const struct stat*, int, struct FTW*) { return remove(path); }
  std::string path_;
};

struct Stat {
  ino_t inode = 0;
  timespec modified{};
  timespec changed{};
  mode_t mode = 0;
  bool exists = false;
  bool operator==(const Stat& other) const {
    return inode == other.inode && modified.tv_sec == other.modified.tv_sec &&
           modified.tv_nsec == other.modified.tv_nsec && mode == other.mode && exists == other.exists;
  }
};
inline Stat look(const base::AbsPath& path) {
  struct stat st {};
  if (lstat(path.c_str(), &st) != 0) return {};
  return {st.st_ino, st.st_mtim, st.st_ctim, st.st_mode, true};
}

/// Runs `body` in a child; its return value is the exit status. A signal gives 128 + its number.
template <class Body>
int in_child(const Body& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// The same without root's privileges: permissions do not bind root.
template <class Body>
int as_ordinary_user(const Body& body) {
  return in_child([&] {
    constexpr uid_t nobody = 65534;
    if (geteuid() == 0 && (setresgid(nobody, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0))
      return 99;
    return body();
  });
}

} // namespace psbc::test
