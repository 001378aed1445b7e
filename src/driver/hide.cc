// SPDX-License-Identifier: MIT
#include "driver/hide.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/private_dir.h"
#include "base/quote.h"
#include "base/text.h"
#include "driver/git_index.h"

namespace psbc::driver {

using base::AbsPath;
using base::Fd;
using base::PrivateDir;

namespace {

constexpr std::size_t list_limit = 1000;
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

base::Error refused(std::string operation, const AbsPath& path, std::string cause, std::string hint) {
  return {.operation = std::move(operation), .object = path.string(), .cause = std::move(cause), .hint = std::move(hint)};
}

/// A session may change the project meanwhile: no link on the way is followed.
base::Result<Fd> open_directory(const AbsPath& root, const AbsPath& directory) {
  Fd at(open(root.c_str(), directory_flags));
  if (directory != root)
    for (const std::string& name : AbsPath::literal("/").join(directory.relative_to(root))->components())
      if (at) at = Fd(openat(at.get(), name.c_str(), directory_flags));
  if (!at) return base::system_error("open", directory.string());
  return at;
}

/// The directory of the store that has the place of `directory` in the project.
base::Result<PrivateDir> kept_directory(const AbsPath& store, const Project& project, const AbsPath& directory, bool make) {
  auto at = make ? PrivateDir::make(store) : PrivateDir::open(store);
  if (directory != project.root)
    for (const std::string& name : AbsPath::literal("/").join(directory.relative_to(project.root))->components())
      if (at) at = make ? at->make(name) : at->open(name);
  return at;
}

base::Status copy_into(int source, const struct stat& status, int directory, const std::string& name, const AbsPath& shown) {
  const Fd target(openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!target) return base::system_error("create", shown.string());
  const auto copy = [&]() -> base::Status {
    std::array<char, 65536> buffer{};
    off_t done = 0;
    for (ssize_t size = 0; (size = pread(source, buffer.data(), buffer.size(), done)) != 0; done += size) {
      if (size < 0) return base::system_error("read", shown.string());
      TRY(base::write_all(target.get(), std::string_view(buffer.data(), static_cast<std::size_t>(size)), shown.string()));
    }
    const timespec times[2] = {status.st_atim, status.st_mtim};
    if (fchmod(target.get(), status.st_mode & 0777U) != 0 || futimens(target.get(), times) != 0 || fsync(target.get()) != 0)
      return base::system_error("write", shown.string());
    struct stat now{};
    if (fstat(source, &now) != 0 || now.st_size != status.st_size || now.st_ctim.tv_sec != status.st_ctim.tv_sec ||
        now.st_ctim.tv_nsec != status.st_ctim.tv_nsec || done != status.st_size)
      return refused("move", shown, "it changed meanwhile", "try again");
    return base::ok();
  };
  auto copied = copy();
  if (!copied) unlinkat(directory, name.c_str(), 0);
  return copied;
}

/// One more name for an open file: the file itself where it can have two, else a copy.
base::Status give_name(int source, const struct stat& status, int directory, const std::string& name, const AbsPath& shown) {
  const std::string open_file = "/proc/self/fd/" + std::to_string(source);
  if (linkat(AT_FDCWD, open_file.c_str(), directory, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return base::ok();
  if (errno == EEXIST) return base::system_error("create", shown.string());
  return copy_into(source, status, directory, name, shown); // another disk, or one without hard links
}

struct Open {
  Fd file;
  struct stat status{};
};

base::Result<Open> open_file(const char* operation, int directory, const AbsPath& path) {
  const std::string name(path.name());
  Open opened{.file = Fd(openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC))};
  if (!opened.file && errno == ELOOP) return refused(operation, path, "it is a link", "name the file that it leads to");
  if (!opened.file) return base::system_error(operation, path.string());
  if (fstat(opened.file.get(), &opened.status) != 0) return base::system_error(operation, path.string());
  if (!S_ISREG(opened.status.st_mode)) return refused(operation, path, "it is not a regular file", "name the files in it, one by one");
  return opened;
}

std::string link_text(int directory, const std::string& name) {
  std::array<char, 4097> buffer{};
  const ssize_t size = readlinkat(directory, name.c_str(), buffer.data(), buffer.size());
  return size < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(size));
}

/// The same for all, so that the next one removes what a killed one left.
std::string temporary_name(const std::string& name) { return "." + name.substr(0, 200) + ".psbc-hide"; }

bool is_at(const struct stat& file, int directory, const std::string& name) {
  struct stat there{};
  return fstatat(directory, name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_dev == file.st_dev && there.st_ino == file.st_ino;
}

/// One psbc at a time; it ends with the descriptor.
base::Status lock(const PrivateDir& kept) {
  if (flock(kept.fd(), LOCK_EX) != 0) return base::system_error("lock", kept.path().string());
  return base::ok();
}

} // namespace

base::Result<Hidden> hide_file(base::Fs& fs, const policy::Places& places, const Project& project, const AbsPath& file) {
  constexpr const char* operation = "hide";
  const std::string name(file.name()), id = policy::project_id(project.root);
  if (!file.is_strictly_under(project.root)) return refused(operation, file, "it is not in the project", "");
  const auto parts = file.components();
  if (file == project.config_file || std::find(parts.begin(), parts.end(), ".git") != parts.end())
    return refused(operation, file, "git and psbc need it where it is", "");
  TRY_ASSIGN(const Fd directory, open_directory(project.root, file.parent()));
  TRY_ASSIGN(const Open source, open_file(operation, directory.get(), file));
  if (source.status.st_uid != geteuid()) return refused(operation, file, "it belongs to another user", "");
  const auto before = kept_directory(places.hidden(id), project, file.parent(), false);
  const bool has_both = before && is_at(source.status, before->fd(), name); // psbc was killed between the two
  if (source.status.st_nlink > (has_both ? 2U : 1U))
    return refused(operation, file, "it has another name: it is a hard link",
                   "make it a file of its own: cp -p FILE FILE.new && mv FILE.new FILE");
  if (is_tracked(fs, file))
    return refused(operation, file, "git tracks it, so every clone has it, and its history stays readable",
                   "rotate this secret, then type: git rm --cached " + base::quote_posix(name) + " && echo " + base::quote_posix("/" + name) + " >> .gitignore");

  TRY_ASSIGN(const PrivateDir kept, kept_directory(places.hidden(id), project, file.parent(), true));
  TRY(lock(kept));
  Hidden done{.file = {.name = file.relative_to(project.root), .kept = kept.path() / name}, .older = {}};
  const auto still_there = [&]() -> base::Status {
    if (is_at(source.status, directory.get(), name)) return base::ok();
    return refused(operation, file, "somebody replaced it meanwhile", "try again");
  };
  TRY(still_there());
  if (!has_both) {
    if (kept.has(name)) {
      std::string older;
      for (int n = 1; older.empty() || kept.has(older); ++n) older = name + ".before-" + std::to_string(n);
      TRY(kept.rename(name, older));
      done.older = kept.path() / older;
    }
    TRY(give_name(source.file.get(), source.status, kept.fd(), name, done.file.kept));
  }
  const std::string temporary = temporary_name(name);
  const auto put_link = [&]() -> base::Status {
    TRY(kept.sync());
    unlinkat(directory.get(), temporary.c_str(), 0);
    if (symlinkat(done.file.kept.c_str(), directory.get(), temporary.c_str()) != 0) return base::system_error(operation, file.string());
    TRY(still_there());
    // One rename puts the link where the file was: no tool finds nothing there.
    if (renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) != 0) return base::system_error(operation, file.string());
    return base::ok();
  };
  if (auto put = put_link(); !put) { // the file is in the project: it needs no second name
    unlinkat(directory.get(), temporary.c_str(), 0);
    unlinkat(kept.fd(), name.c_str(), 0);
    return put.error();
  }
  fsync(directory.get()); // the link is there; a failure here loses it only with the power, and the file has both names then
  return done;
}

base::Result<HiddenFile> unhide_file(base::Fs&, const policy::Places& places, const Project& project, const AbsPath& file) {
  constexpr const char* operation = "put back";
  const std::string name(file.name()), id = policy::project_id(project.root);
  if (!file.is_strictly_under(project.root)) return refused(operation, file, "it is not in the project", "");
  auto kept = kept_directory(places.hidden(id), project, file.parent(), false);
  if (!kept || !kept->has(name)) return refused(operation, file, "psbc hide did not move it", "psbc hide --list shows what it moved");
  TRY(lock(*kept));
  TRY_ASSIGN(const Open source, open_file(operation, kept->fd(), kept->path() / name));
  TRY_ASSIGN(const Fd directory, open_directory(project.root, file.parent()));
  if (!is_at(source.status, directory.get(), name)) { // it is when psbc was killed between the two
    struct stat now{};
    if (fstatat(directory.get(), name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 && link_text(directory.get(), name) != (kept->path() / name).string())
      return refused(operation, file, "something else is there now, which is not overwritten",
                     "the secret is " + base::quote_posix((kept->path() / name).string()) + ": compare, then move one of the two away");
    const std::string temporary = temporary_name(name);
    unlinkat(directory.get(), temporary.c_str(), 0);
    TRY(give_name(source.file.get(), source.status, directory.get(), temporary, file));
    if (renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) != 0) {
      auto error = base::system_error(operation, file.string());
      unlinkat(directory.get(), temporary.c_str(), 0);
      return error;
    }
  }
  TRY(base::sync_directory(directory.get(), file.parent().string())); // before the other name goes
  TRY(kept->remove(name));
  // Directories of the store that hold nothing any more.
  for (AbsPath at = kept->path(); at.is_under(places.hidden(id)) && rmdir(at.c_str()) == 0; at = at.parent()) {
  }
  return HiddenFile{.name = file.relative_to(project.root), .kept = file};
}

base::Result<std::vector<HiddenFile>> hidden_files(base::Fs& fs, const policy::Places& places, const Project& project) {
  const AbsPath store = places.hidden(policy::project_id(project.root));
  std::vector<HiddenFile> out;
  if (fs.kind(store) != base::Kind::directory) return out;
  TRY_ASSIGN(const auto names, fs.glob(store, "**", list_limit));
  for (const std::string& name : names) {
    const AbsPath kept = store / name, path = project.root / name;
    if (fs.kind(kept) == base::Kind::directory) continue;
    const auto target = fs.target(path);
    const auto state = target && *target == kept.string()          ? HiddenFile::State::linked
                       : fs.kind(path) == base::Kind::absent ? HiddenFile::State::unlinked
                                                                   : HiddenFile::State::replaced;
    out.push_back({.name = name, .kept = kept, .state = state});
  }
  return out;
}

} // namespace psbc::driver
