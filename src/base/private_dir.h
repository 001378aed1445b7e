// SPDX-License-Identifier: MIT
// A PrivateDir is a directory that belongs to us, with mode 0700, held open. What psbc stores decides
// what a sandbox may see, so everything below the state directory is reached by openat(2) from such a
// directory and never through a symlink: a link planted there would choose the file that is believed
// or overwritten. Names are single components.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace psbc::base {

class PrivateDir {
 public:
  /// Opens the top. Its parents are the user's own affair (~/.local may be a link to another disk);
  /// the directory itself must be a real one. Error code ENOENT when it does not exist.
  static Result<PrivateDir> open(const AbsPath& path);
  /// The same, but makes what is missing.
  static Result<PrivateDir> make(const AbsPath& path);
  Result<PrivateDir> open(const std::string& name) const;
  Result<PrivateDir> make(const std::string& name) const;

  const AbsPath& path() const { return path_; }
  int fd() const { return fd_.get(); }
  /// Whether both are the same directory, whatever it is called now.
  bool is(const PrivateDir& other) const;

  struct Content {
    std::string bytes;
    mode_t mode = 0; // permission bits
  };
  /// A regular file that is ours. ELOOP for a link, EISDIR, EINVAL, EPERM for a foreign one.
  Result<Content> read(const std::string& name, std::size_t limit) const;
  /// Mode, inode, size and mtime of a regular file that is ours, as one word; empty for anything else. It changes
  /// whenever somebody edits or replaces the file, unless he takes care that it does not. A hard link more or less,
  /// which is how generations share files, leaves it as it is.
  std::string stamp(const std::string& name) const;
  /// The text of a symlink.
  Result<std::string> target(const std::string& name) const;
  /// Sorted by bytes.
  Result<std::vector<std::string>> names() const;
  /// Whether there is anything under this name, a dangling link included.
  bool has(const std::string& name) const;

  /// A file that must not exist yet, with exactly this mode. Not synced: the caller syncs all its
  /// files at the end, so that the first fsync carries most of the others.
  Result<Fd> create(const std::string& name, std::string_view bytes, mode_t mode) const;
  /// One more name for a file of another directory.
  Status link_from(const PrivateDir& other, const std::string& name) const;
  /// The old file or the new one, at any instant; with mode 0600. Synced.
  Status replace(const std::string& name, std::string_view bytes) const;
  /// The old link or the new one, at any instant. Not synced: a link that is lost with the power is the
  /// old link.
  Status point(const std::string& name, const std::string& target) const;
  Status rename(const std::string& from, const std::string& to) const;
  /// A file, a link, or a directory with all that is in it. Nothing there is fine.
  Status remove(const std::string& name) const;
  Status sync() const;

 private:
  PrivateDir(Fd fd, AbsPath path, uid_t owner) : fd_(std::move(fd)), path_(std::move(path)), owner_(owner) {}
  static Result<PrivateDir> open_at(int parent, const char* name, const AbsPath& path);
  std::string shown(const std::string& name) const { return path_.string() + "/" + name; }

  Fd fd_;
  AbsPath path_;
  uid_t owner_; // we
};

} // namespace psbc::base
