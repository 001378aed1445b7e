// SPDX-License-Identifier: MIT
#include "runtime/jail_home.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr std::string_view block_begin = "# >>> psbc"; // what a line must begin with to be a mark
constexpr std::string_view block_end = "# <<< psbc";
constexpr std::string_view begin_line = "# >>> psbc: written at every entry; edits between the marks are lost\n";
constexpr std::string_view end_line = "# <<< psbc\n";
constexpr std::size_t max_kept_file = 4U << 20U;

/// Takes away whatever bears the name, so that something new can be made there. A directory with
/// content is renamed.
base::Status clear(const Place& place, const std::string& path) {
  const char* const name = place.name.c_str();
  if (unlinkat(place.directory.get(), name, 0) == 0 || errno == ENOENT)
    return base::ok();
  if (errno != EISDIR)
    return base::system_error("replace", path);
  if (unlinkat(place.directory.get(), name, AT_REMOVEDIR) == 0)
    return base::ok();
  const std::string aside = place.name + ".displaced-" + std::to_string(time(nullptr));
  if (renameat(place.directory.get(), name, place.directory.get(), aside.c_str()) != 0)
    return base::system_error("replace", path);
  return base::ok();
}

base::Result<base::Fd> open_or_make_directory(int parent, const std::string& name, const std::string& path) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  base::Fd found(openat(parent, name.c_str(), flags));
  if (found)
    return found;
  if (errno == ENOTDIR || errno == ELOOP)
    TRY(clear({.directory = base::Fd(fcntl(parent, F_DUPFD_CLOEXEC, 0)), .name = name}, path));
  else if (errno != ENOENT)
    return base::system_error("open the directory", path);
  if (mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST)
    return base::system_error("create the directory", path);
  base::Fd made(openat(parent, name.c_str(), flags));
  if (!made)
    return base::system_error("open the directory", path);
  return made;
}

/// Nothing when there is no regular file of a sane size.
std::string read_kept(const Place& place) {
  const base::Fd file(openat(place.directory.get(), place.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return {};
  auto text = base::read_all(file.get(), max_kept_file, place.name);
  return text ? std::move(*text) : std::string();
}

base::Status write_new(const Place& place, const std::string& name, std::string_view content, std::uint32_t mode,
                       const std::string& path) {
  const base::Fd file(openat(place.directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file)
    return base::system_error("create", path);
  return base::write_all(file.get(), content, path);
}

/// Two entries at once may do this to one file: each renames a whole one into place.
base::Status keep_in_root(const emit::EnterPlan& plan, const emit::HomeFile& wanted) {
  const std::string path = plan.root + "/home/" + wanted.path;
  TRY_ASSIGN(const Place place, find_place(plan.root, "home/" + wanted.path, true));
  const std::string before = read_kept(place);
  const std::string after = with_block(before, wanted.content);
  if (after == before)
    return base::ok();
  struct stat status{};
  if (fstatat(place.directory.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(status.st_mode))
    TRY(clear(place, path));
  const std::string temporary = place.name + ".psbc-" + std::to_string(getpid());
  TRY(clear({.directory = base::Fd(fcntl(place.directory.get(), F_DUPFD_CLOEXEC, 0)), .name = temporary}, path));
  TRY(write_new(place, temporary, after, wanted.mode, path));
  if (renameat(place.directory.get(), temporary.c_str(), place.directory.get(), place.name.c_str()) != 0)
    return base::system_error("replace", path);
  return base::ok();
}

base::Status make_home_file(const emit::EnterPlan& plan, const emit::HomeFile& wanted) {
  const std::string path = plan.home + "/" + wanted.path;
  if (wanted.block)
    TRY(keep_in_root(plan, wanted));
  TRY_ASSIGN(const Place place, find_place(plan.home, wanted.path, true));
  const auto make = [&]() -> base::Status {
    if (!wanted.block)
      return write_new(place, place.name, wanted.content, wanted.mode, path);
    const std::string target = plan.root + "/home/" + wanted.path;
    if (symlinkat(target.c_str(), place.directory.get(), place.name.c_str()) != 0)
      return base::system_error("create", path);
    return base::ok();
  };
  auto made = make();
  if (made || made.error().code != EEXIST)
    return made;
  TRY(clear(place, path)); // firejail puts /etc/skel's .bashrc there (FIREJAIL B2)
  return make();
}

/// An alias is a convenience: a name that cannot be made, because its directory is closed or read-only,
/// takes nothing away from what the policy exposes under its real name.
void make_alias(const std::string& link, const std::string& target) {
  const auto path = base::AbsPath::parse(link);
  if (!path || !base::make_directories(path->parent(), 0700))
    return;
  if (symlink(target.c_str(), link.c_str()) == 0 || errno != EEXIST)
    return;
  // An empty directory that firejail made as a mount point's parent is in the way; a full one is real.
  if (rmdir(link.c_str()) == 0 && symlink(target.c_str(), link.c_str()) != 0)
    mkdir(link.c_str(), 0700);
}

} // namespace

base::Result<Place> find_place(const std::string& base, const std::string& relative, bool make) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  Place place{.directory = base::Fd(open(base.c_str(), flags))};
  if (!place.directory && errno == ENOENT && make && mkdir(base.c_str(), 0700) == 0)
    place.directory = base::Fd(open(base.c_str(), flags));
  if (!place.directory)
    return base::system_error("open the directory", base);
  for (const std::string_view component : base::split(relative, '/')) {
    if (component.empty() || component == ".." || component == ".")
      return base::Error{.operation = "write", .object = relative, .cause = "it is not a path below " + base};
    if (!place.name.empty()) {
      const std::string path = base + "/" + relative;
      if (make) {
        TRY_ASSIGN(place.directory, open_or_make_directory(place.directory.get(), place.name, path));
      } else {
        place.directory = base::Fd(openat(place.directory.get(), place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!place.directory)
          return base::system_error("open the directory", path);
      }
    }
    place.name = component;
  }
  return place;
}

std::string with_block(std::string_view existing, std::string_view content) {
  std::string out(begin_line);
  out += content;
  if (!content.empty() && content.back() != '\n')
    out += '\n';
  out += end_line;

  bool ours = false;
  while (!existing.empty()) {
    const std::size_t end = existing.find('\n');
    const std::string_view line = existing.substr(0, end == std::string_view::npos ? end : end + 1);
    existing.remove_prefix(line.size());
    // A begin mark whose end is missing takes only its own line, so that nothing of the user's is lost.
    if (line.starts_with(block_begin)) {
      ours = existing.starts_with(block_end) || existing.find("\n" + std::string(block_end)) != std::string_view::npos;
    } else if (line.starts_with(block_end)) {
      ours = false;
    } else if (!ours) {
      out += line;
    }
  }
  return out;
}

base::Status make_home(const emit::EnterPlan& plan) {
  for (const std::string& directory : plan.directories) {
    const std::string path = plan.root + "/" + directory;
    struct stat status{};
    if (stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      continue; // also through a link that the user made inside
    TRY_ASSIGN(const Place place, find_place(plan.root, directory, true));
    TRY(open_or_make_directory(place.directory.get(), place.name, path));
  }
  for (const emit::HomeFile& file : plan.home_files)
    TRY(make_home_file(plan, file));
  for (const auto& [link, target] : plan.aliases)
    make_alias(link, target);
  return base::ok();
}

} // namespace psbc::runtime
