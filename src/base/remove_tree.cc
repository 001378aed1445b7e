// SPDX-License-Identifier: MIT
#include "base/remove_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "base/file.h"

namespace psbc::base {
namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
// One descriptor for each level. What is deeper is moved up and removed later.
constexpr int max_depth = 64;

class Removal {
 public:
  Removal(int top, const std::string& shown) : top_(top), shown_(shown) {}

  Status run(const std::string& name) {
    moved_up_.push_back(name);
    while (!moved_up_.empty()) {
      const std::string next = std::move(moved_up_.back());
      moved_up_.pop_back();
      TRY(remove(top_, next, 0));
    }
    return ok();
  }

 private:
  Error failed() const { return system_error("remove", shown_); }

  Status remove(int parent, const std::string& name, int depth) {
    if (unlinkat(parent, name.c_str(), 0) == 0 || errno == ENOENT) return ok();
    if (errno != EISDIR && errno != EPERM) return failed();
    const Fd directory = open_for_removal(parent, name);
    if (!directory) return failed();
    if (depth == max_depth) return move_up(parent, name);
    TRY(remove_contents(directory.get(), depth));
    if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return failed();
    return ok();
  }

  Status remove_contents(int directory, int depth) {
    const int listed = openat(directory, ".", directory_flags);
    DIR* stream = listed < 0 ? nullptr : fdopendir(listed);
    if (stream == nullptr) {
      auto error = failed();
      if (listed >= 0) close(listed);
      return error;
    }
    // All names first: readdir may skip some while entries go.
    std::vector<std::string> names;
    while (const dirent* entry = readdir(stream)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    closedir(stream);
    for (const std::string& name : names) TRY(remove(directory, name, depth + 1));
    return ok();
  }

  /// Gives us the permissions that its owner, we, took away. Go's module cache is read-only, for one.
  static Fd open_for_removal(int parent, const std::string& name) {
    Fd directory(openat(parent, name.c_str(), directory_flags));
    if (!directory && errno == EACCES) {
      const Fd path(openat(parent, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!path) return {};
      // chmod through the descriptor: by name it would follow a link that was put there meanwhile.
      if (chmod(("/proc/self/fd/" + std::to_string(path.get())).c_str(), 0700) != 0) return {};
      directory = Fd(openat(parent, name.c_str(), directory_flags));
    }
    struct stat st {};
    if (directory && fstat(directory.get(), &st) == 0 && (st.st_mode & 0700) != 0700)
      fchmod(directory.get(), 0700);
    return directory;
  }

  Status move_up(int parent, const std::string& name) {
    for (;; ++number_) {
      const std::string target = "." + std::to_string(number_) + "." + std::to_string(getpid()) + ".tmp";
      struct stat st {};
      if (fstatat(top_, target.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) continue;
      if (renameat(parent, name.c_str(), top_, target.c_str()) != 0) return failed();
      moved_up_.push_back(target);
      return ok();
    }
  }

  int top_;
  std::string shown_;
  std::vector<std::string> moved_up_;
  unsigned number_ = 0;
};

} // namespace

Status remove_tree(int top, const std::string& name, const std::string& shown) {
  return Removal(top, shown).run(name);
}

} // namespace psbc::base
