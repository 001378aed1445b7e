// SPDX-License-Identifier: MIT
#include "runtime/close_fds.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace psbc::runtime {

void close_fds_from(int first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0)
    return;
#endif
  // Before Linux 5.9. The list is complete before the first one is closed: the directory is one of them.
  std::vector<int> open;
  if (DIR* const directory = opendir("/proc/self/fd"); directory != nullptr) {
    while (const dirent* const entry = readdir(directory))
      if (const int fd = std::atoi(entry->d_name); fd >= first && fd != dirfd(directory))
        open.push_back(fd);
    closedir(directory);
  }
  for (const int fd : open)
    close(fd);
}

} // namespace psbc::runtime
