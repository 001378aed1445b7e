// SPDX-License-Identifier: MIT
// Puts the earlier state of one file back. What is written lies in a directory that no link leads to, under a name that
// nothing had, and takes the place of the file in one step: somebody who still runs inside can make this fail, and cannot
// make it write elsewhere.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "runtime/obeyed_review.h"

namespace psbc::runtime {
namespace {

base::Error refused(const std::string& path, std::string cause, std::string hint) {
  return {
      .operation = "restore", .object = path, .code = 0, .cause = std::move(cause), .hint = std::move(hint)};
}

/// The directory, made anew where a session removed it.
base::Result<base::Fd> directory_for(const base::AbsPath& path) {
  if (base::Fd found = open_real_directory(path.string())) return found;
  if (errno != ENOENT || path.is_root())
    return refused(path.string(), "a link or a file stands on the way", "remove it, then try again");
  TRY_ASSIGN(const base::Fd parent, directory_for(path.parent()));
  const std::string name(path.name());
  if (mkdirat(parent.get(), name.c_str(), 0777) != 0)
    return base::system_error("create the directory", path.string());
  base::Fd made(openat(parent.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made) return base::system_error("open", path.string());
  return made;
}

/// A second word of `what`: permission bits.
mode_t mode_in(std::string_view what) {
  const std::string_view text = what.substr(std::min(what.size(), what.find(' ') + 1));
  mode_t mode = 0600;
  std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  return mode & 0777U;
}

base::Status write_beside(int directory, const std::string& name, const std::string& what,
                          const std::string& bytes, const std::string& path) {
  if (what.starts_with("link "))
    return symlinkat(bytes.c_str(), directory, name.c_str()) == 0
               ? base::ok()
               : base::Status(base::system_error("create", path));
  const base::Fd file(
      openat(directory, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return base::system_error("create", path);
  TRY(base::write_all(file.get(), bytes, path));
  if (fchmod(file.get(), mode_in(what)) != 0 || fsync(file.get()) != 0)
    return base::system_error("write", path);
  return base::ok();
}

} // namespace

base::Status ObeyedReview::restore(const std::string& path) {
  TRY_ASSIGN(const base::Fd held, lock());
  TRY_ASSIGN(List list, read_pending());
  const auto change = std::find_if(list.changes.begin(), list.changes.end(),
                                   [&](const PendingChange& each) { return each.path == path; });
  const auto parsed = base::AbsPath::parse(path);
  if (change == list.changes.end() || !parsed)
    return refused(path, "it waits for no review", "psbc review lists what does");
  const auto as_shown = [&] {
    return seen_as(look_at(path, change->before.guard, list.trees)) == change->seen;
  };
  if (change->seen.empty()) return refused(path, "it was not shown yet", "look at it: psbc review");
  if (!as_shown()) return refused(path, "it changed since it was shown", "look at it: psbc review");
  const std::string name(parsed->name());
  const std::string& what = change->before.what;
  if (what.empty()) {
    const base::Fd directory = open_real_directory(parsed->parent().string());
    if (directory && unlinkat(directory.get(), name.c_str(), 0) != 0 && errno != ENOENT)
      return base::system_error("remove", path);
  } else {
    const auto bytes = content(what);
    if (!bytes)
      return refused(path, "no copy of it was kept: it was larger than 256 KiB, or among more than 16 MiB",
                     "restore it from your repository or a backup");
    TRY_ASSIGN(const base::Fd directory, directory_for(parsed->parent()));
    const std::string temporary = "." + name.substr(0, 200) + ".psbc-" + std::to_string(getpid());
    auto written = write_beside(directory.get(), temporary, what, *bytes, path);
    if (written && !as_shown())
      written = refused(path, "it changed since it was shown", "look at it: psbc review");
    if (written && renameat(directory.get(), temporary.c_str(), directory.get(), name.c_str()) != 0)
      written = base::system_error("replace", path);
    if (!written) {
      unlinkat(directory.get(), temporary.c_str(), 0);
      return written;
    }
  }
  list.changes.erase(change);
  TRY(write_pending(list));
  sweep();
  return base::ok();
}

} // namespace psbc::runtime
