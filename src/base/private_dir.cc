// SPDX-License-Identifier: MIT
#include "base/private_dir.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "base/entries.h"
#include "base/quote.h"
#include "base/remove_tree.h"

namespace psbc::base {
namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Error refused(const std::string& operation, const AbsPath& path, int code, std::string cause,
              std::string hint) {
  return {.operation = operation,
          .object = path.string(),
          .code = code,
          .cause = std::move(cause),
          .hint = std::move(hint)};
}

/// Names for what is not there yet: of this process alone, and of a killed one with our number at worst.
std::string temporary_name(const std::string& name) {
  return "." + name + "." + std::to_string(getpid()) + ".tmp";
}

Result<std::vector<std::string>> names_of(int directory, const std::string& shown) {
  // A second description: reading moves the offset, which a dup(2) would share.
  const Fd fd(openat(directory, ".", directory_flags));
  if (!fd) return system_error("list", shown);
  std::vector<std::string> out;
  const int code = each_entry(fd.get(), [&](std::string_view name, unsigned char) {
    out.emplace_back(name);
    return true;
  });
  if (code != 0) return Error{.operation = "list", .object = shown, .code = code, .cause = {}, .hint = {}};
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace

Result<PrivateDir> PrivateDir::open_at(int parent, const char* name, const AbsPath& path) {
  const std::string operation = "use the directory";
  Fd fd(openat(parent, name, directory_flags));
  if (!fd) {
    const int code = errno;
    struct stat st {};
    if (code == ENOTDIR && fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
      return refused(operation, path, code,
                     S_ISLNK(st.st_mode) ? "it is a symbolic link" : "it is not a directory",
                     "look at what it is, then move it away; psbc makes a new one");
    return refused(operation, path, code, "", "");
  }
  struct stat st {};
  if (fstat(fd.get(), &st) != 0) return system_error(operation, path.string());
  if (st.st_uid != geteuid())
    return refused(operation, path, EPERM, "it belongs to another user",
                   "run psbc as its owner (not with sudo), or set XDG_STATE_HOME to a directory of your own");
  if ((st.st_mode & 077) != 0)
    return refused(operation, path, EPERM, "other users can get into it",
                   "chmod 700 " + quote_posix(path.string()));
  return PrivateDir(std::move(fd), path, st.st_uid);
}

Result<PrivateDir> PrivateDir::open(const AbsPath& path) { return open_at(AT_FDCWD, path.c_str(), path); }

Result<PrivateDir> PrivateDir::make(const AbsPath& path) {
  TRY(make_directories(path.parent(), 0700));
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return system_error("create the directory", path.string());
  return open(path);
}

Result<PrivateDir> PrivateDir::open(const std::string& name) const {
  return open_at(fd_.get(), name.c_str(), path_ / name);
}

Result<PrivateDir> PrivateDir::make(const std::string& name) const {
  if (mkdirat(fd_.get(), name.c_str(), 0700) != 0 && errno != EEXIST)
    return system_error("create the directory", shown(name));
  return open(name);
}

bool PrivateDir::is(const PrivateDir& other) const {
  struct stat a {
  }, b{};
  return fstat(fd(), &a) == 0 && fstat(other.fd(), &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

Result<PrivateDir::Content> PrivateDir::read(const std::string& name, std::size_t limit) const {
  // O_NONBLOCK: a FIFO must not hang us.
  const Fd file(openat(fd_.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) return system_error("read", shown(name));
  struct stat st {};
  if (fstat(file.get(), &st) != 0) return system_error("read", shown(name));
  int code = 0;
  if (S_ISDIR(st.st_mode))
    code = EISDIR;
  else if (!S_ISREG(st.st_mode))
    code = EINVAL;
  else if (st.st_uid != owner_)
    code = EPERM;
  if (code != 0)
    return Error{.operation = "read", .object = shown(name), .code = code, .cause = {}, .hint = {}};
  TRY_ASSIGN(std::string bytes, read_all(file.get(), limit, shown(name), &st));
  return Content{.bytes = std::move(bytes), .mode = st.st_mode & 07777};
}

std::string PrivateDir::stamp(const std::string& name) const {
  struct stat st {};
  if (fstatat(fd_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode) || st.st_uid != owner_) return {};
  const auto word = [](auto number) { return std::to_string(number); };
  return word(st.st_mode & 07777) + ":" + word(st.st_ino) + ":" + word(st.st_size) + ":" + word(st.st_mtim.tv_sec) + "." + word(st.st_mtim.tv_nsec);
}

Result<std::string> PrivateDir::target(const std::string& name) const {
  char buffer[4097];
  const ssize_t n = readlinkat(fd_.get(), name.c_str(), buffer, sizeof buffer);
  if (n < 0) return system_error("read the link", shown(name));
  return std::string(buffer, static_cast<std::size_t>(n));
}

Result<std::vector<std::string>> PrivateDir::names() const { return names_of(fd_.get(), path_.string()); }

bool PrivateDir::has(const std::string& name) const {
  struct stat st {};
  return fstatat(fd_.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

Result<Fd> PrivateDir::create(const std::string& name, std::string_view bytes, mode_t mode) const {
  Fd file(openat(fd_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return system_error("create", shown(name));
  TRY(write_all(file.get(), bytes, shown(name)));
  if (fchmod(file.get(), mode) != 0) return system_error("create", shown(name));
  return file;
}

Status PrivateDir::link_from(const PrivateDir& other, const std::string& name) const {
  if (linkat(other.fd(), name.c_str(), fd_.get(), name.c_str(), 0) != 0)
    return system_error("create", shown(name));
  return ok();
}

Status PrivateDir::replace(const std::string& name, std::string_view bytes) const {
  const std::string temporary = temporary_name(name);
  unlinkat(fd_.get(), temporary.c_str(), 0);
  const auto write = [&]() -> Status {
    TRY_ASSIGN(const Fd file, create(temporary, bytes, 0600));
    if (fsync(file.get()) != 0) return system_error("write", shown(name));
    return rename(temporary, name);
  };
  auto written = write();
  if (!written)
    unlinkat(fd_.get(), temporary.c_str(), 0);
  else
    fsync(fd_.get());
  return written;
}

Status PrivateDir::point(const std::string& name, const std::string& target) const {
  const std::string temporary = temporary_name(name);
  unlinkat(fd_.get(), temporary.c_str(), 0);
  if (symlinkat(target.c_str(), fd_.get(), temporary.c_str()) != 0)
    return system_error("create", shown(name));
  auto moved = rename(temporary, name);
  if (!moved) unlinkat(fd_.get(), temporary.c_str(), 0);
  return moved;
}

Status PrivateDir::rename(const std::string& from, const std::string& to) const {
  if (renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) != 0)
    return system_error("replace", shown(to));
  return ok();
}

Status PrivateDir::remove(const std::string& name) const { return remove_tree(fd_.get(), name, shown(name)); }

Status PrivateDir::sync() const { return sync_directory(fd_.get(), path_.string()); }

} // namespace psbc::base
