// SPDX-License-Identifier: MIT
#include "runtime/lost_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/entries.h"
#include "base/file.h"
#include "runtime/jail_home.h"
#include "policy/token_source.h"
#include "runtime/netrc.h"
#include "runtime/session.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t max_entries = 4096;
constexpr unsigned max_depth = 12;
constexpr std::size_t max_kept_files = 1000;
constexpr std::uint64_t max_kept_bytes = 64U << 20U;
constexpr std::uint64_t max_kept_file = 16U << 20U;
constexpr std::size_t max_named = 5;
// fish writes it at its start, whether anything was set or not: not worth a line at every exit.
constexpr const char* of_every_start = ".config/fish/fish_variables";
constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

/// Copies one regular file; false when the place is taken or cannot be written, or it is something else.
bool copy_file(const std::string& from_base, const std::string& to_base, const std::string& path, bool replace) {
  const auto from = find_place(from_base, path, false);
  if (!from)
    return false;
  const base::Fd source(openat(from->directory.get(), from->name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status{};
  if (!source || fstat(source.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return false;
  const auto bytes = base::read_all(source.get(), max_kept_file, path);
  const auto to = bytes ? find_place(to_base, path, true) : base::Result<Place>(base::Error{});
  if (!to)
    return false;
  const std::string temporary = to->name + ".psbc-" + std::to_string(getpid());
  const std::string& name = replace ? temporary : to->name;
  if (replace)
    unlinkat(to->directory.get(), name.c_str(), 0);
  const base::Fd target(openat(to->directory.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                               status.st_mode & 0777U));
  if (!target)
    return false;
  const bool whole = base::write_all(target.get(), *bytes, path).operator bool() &&
                     (!replace || renameat(to->directory.get(), name.c_str(), to->directory.get(), to->name.c_str()) == 0);
  if (!whole)
    unlinkat(to->directory.get(), name.c_str(), 0);
  return whole;
}

} // namespace

LostFiles::LostFiles(const emit::EnterPlan& plan) : plan_(plan), kept_(plan.root + "/kept") {
  if (plan.keep_lost)
    restore();
  before_ = walk(plan.home).files;
}

void LostFiles::visit(int directory, const std::string& prefix, unsigned depth, std::uint64_t device, std::size_t& left, Walk& found) {
  const int failed = base::each_entry(directory, [&](std::string_view entry, unsigned char) {
    if (left == 0) {
      found.complete = false;
      return false;
    }
    --left;
    const std::string name(entry);
    struct stat status{};
    if (fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || status.st_dev != device)
      return true;
    const std::string path = prefix + name;
    if (S_ISREG(status.st_mode)) {
      found.files[path] = {.inode = status.st_ino,
                     .changed = status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec,
                     .size = static_cast<std::uint64_t>(status.st_size)};
    } else if (S_ISDIR(status.st_mode) && depth < max_depth) {
      if (const base::Fd inner(openat(directory, name.c_str(), directory_flags)); inner)
        visit(inner.get(), path + "/", depth + 1, device, left, found);
      else
        found.complete = false;
    }
    return true;
  });
  if (failed != 0) found.complete = false;
}

LostFiles::Walk LostFiles::walk(const std::string& directory) {
  Walk found;
  struct stat status{};
  const base::Fd fd(open(directory.c_str(), directory_flags));
  std::size_t left = max_entries;
  if (fd && fstat(fd.get(), &status) == 0) {
    found.complete = true;
    visit(fd.get(), "", 0, status.st_dev, left, found);
  }
  return found;
}

bool LostFiles::is_own(std::string_view path) const {
  if (path.starts_with(policy::secret_directory) && path.substr(policy::secret_directory.size()).starts_with('/'))
    return true; // kept nowhere
  if (path == netrc_path && !plan_.logins.empty()) return true;
  return std::any_of(plan_.home_files.begin(), plan_.home_files.end(), [&](const emit::HomeFile& file) { return file.path == path; });
}

void LostFiles::restore() {
  std::size_t count = 0;
  std::uint64_t bytes = 0;
  for (const auto& [path, stamp] : walk(kept_).files) {
    bytes += stamp.size;
    if (++count > max_kept_files || bytes > max_kept_bytes)
      return;
    copy_file(kept_, plan_.home, path, false); // what psbc wrote there itself stays
  }
}

LostFiles::Files LostFiles::save(const Files& changed, const Walk& now) {
  // Another session of this project may have saved something else meanwhile: it stays.
  for (const auto& [path, stamp] : before_)
    if (now.complete && !now.files.contains(path))
      if (const auto place = find_place(kept_, path, false))
        unlinkat(place->directory.get(), place->name.c_str(), 0);
  Files kept = walk(kept_).files, left_out;
  std::uint64_t bytes = 0;
  for (const auto& [path, stamp] : kept)
    bytes += stamp.size;
  for (const auto& [path, stamp] : changed) {
    const auto old = kept.find(path);
    const std::uint64_t freed = old != kept.end() ? old->second.size : 0;
    const bool fits = stamp.size <= max_kept_file && bytes - freed + stamp.size <= max_kept_bytes &&
                      (old != kept.end() || kept.size() < max_kept_files);
    if (fits && copy_file(plan_.home, kept_, path, true)) {
      bytes += stamp.size - freed;
      kept[path] = stamp;
    } else {
      left_out[path] = stamp;
    }
  }
  return left_out;
}

Message LostFiles::report() {
  const Walk now = walk(plan_.home);
  Files changed;
  for (const auto& [path, stamp] : now.files) {
    const auto old = before_.find(path);
    if ((old == before_.end() || old->second != stamp) && !is_own(path))
      changed[path] = stamp;
  }
  if (plan_.keep_lost)
    changed = save(changed, now);
  else
    changed.erase(of_every_start);
  Message message{.kind = Message::Kind::lost, .value = static_cast<std::uint32_t>(changed.size()), .partial = !now.complete};
  for (const auto& [path, stamp] : changed)
    if (message.lost.size() < max_named)
      message.lost.push_back({.path = path, .size = stamp.size});
  return message;
}

} // namespace psbc::runtime
