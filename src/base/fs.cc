// SPDX-License-Identifier: MIT
#include "base/fs.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "base/digest.h"
#include "base/entries.h"
#include "base/file.h"
#include "base/glob.h"
#include "base/process.h"
#include "base/text.h"
#include "base/unix_address.h"

namespace psbc::base {
namespace {

Kind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return Kind::file;
  if (S_ISDIR(mode)) return Kind::directory;
  if (S_ISLNK(mode)) return Kind::symlink;
  return Kind::other;
}

Kind kind_of(int directory, std::string_view name, unsigned char type) {
  struct stat st{};
  switch (type) {
    case DT_REG: return Kind::file;
    case DT_DIR: return Kind::directory;
    case DT_LNK: return Kind::symlink;
    case DT_UNKNOWN: return fstatat(directory, name.data(), &st, AT_SYMLINK_NOFOLLOW) == 0 ? kind_of(st.st_mode) : Kind::other;
    default: return Kind::other;
  }
}

/// Each entry of a directory, and whether it is one: as the directory itself says, where the file system writes it
/// there. Unsorted.
Result<std::vector<std::pair<std::string, bool>>> entries_of(const std::string& path, bool directories_only) {
  const Fd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
  if (!directory) return system_error("list", path);
  std::vector<std::pair<std::string, bool>> out;
  const int code = each_entry(directory.get(), [&](std::string_view name, unsigned char type) {
    const bool is_directory = kind_of(directory.get(), name, type) == Kind::directory;
    if (is_directory || !directories_only) out.emplace_back(name, is_directory);
    return true;
  });
  if (code != 0) return Error{.operation = "list", .object = path, .code = code, .cause = {}, .hint = {}};
  return out;
}

/// Whether a file system could find `entry` under `name`: some fold the case of names, and more than ASCII's.
bool may_be(std::string_view entry, std::string_view name) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  if (std::any_of(entry.begin(), entry.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) return true;
  return entry.size() == name.size() &&
         std::equal(entry.begin(), entry.end(), name.begin(), [&](char a, char b) { return lower(a) == lower(b); });
}

/// Walks the tree along the components of a pattern.
class GlobWalk {
 public:
  GlobWalk(std::size_t limit, std::vector<std::string_view> pattern) : limit_(limit), pattern_(std::move(pattern)) {}

  Status walk(const std::string& directory, const std::string& relative, std::size_t at) {
    if (!seen_.emplace(relative, at).second) return ok(); // with several `**` there are exponentially many ways to get here
    if (pattern_[at] == "**") {
      // Zero components, then one more level with the `**` still in force.
      if (at + 1 < pattern_.size()) TRY(walk(directory, relative, at + 1));
      return each(directory, relative, false, [&](const std::string& path, const std::string& name, bool is_directory) -> Status {
        if (at + 1 == pattern_.size()) TRY(found(name));
        return is_directory ? walk(path, name, at) : ok();
      });
    }
    if (!has_glob(pattern_[at])) return named(directory, relative, at);
    return each(directory, relative, at + 1 < pattern_.size(), [&](const std::string& path, const std::string& name, bool is_directory) -> Status {
      if (!matches_component(pattern_[at], std::string_view(name).substr(name.rfind('/') + 1))) return ok();
      if (at + 1 == pattern_.size()) return found(name);
      return is_directory ? walk(path, name, at + 1) : ok();
    });
  }

  std::vector<std::string> result() { return {matches_.begin(), matches_.end()}; }

 private:
  /// A name that is no pattern is asked for, not looked for: a directory may hold a million others.
  Status named(const std::string& directory, const std::string& relative, std::size_t at) {
    const std::string name(pattern_[at]);
    const std::string path = directory + "/" + name, shown = relative.empty() ? name : relative + "/" + name;
    struct stat st{};
    if (lstat(path.c_str(), &st) != 0) return ok();
    if (at + 1 == pattern_.size()) return found(shown);
    return S_ISDIR(st.st_mode) && name != ".git" ? walk(path, shown, at + 1) : ok();
  }

  template <class Visit>
  Status each(const std::string& directory, const std::string& relative, bool directories_only, const Visit& visit) {
    auto entries = entries_of(directory, directories_only);
    if (!entries) return entries.error().code == EACCES || entries.error().code == ENOENT ? ok() : Status(entries.error());
    for (const auto& [name, is_directory] : *entries)
      TRY(visit(directory + "/" + name, relative.empty() ? name : relative + "/" + name, is_directory && name != ".git"));
    return ok();
  }

  Status found(const std::string& name) {
    matches_.insert(name);
    if (matches_.size() <= limit_) return ok();
    return Error{.operation = "expand the pattern", .object = {}, .code = E2BIG,
                 .cause = "more than " + std::to_string(limit_) + " matches", .hint = {}};
  }

  std::size_t limit_;
  std::vector<std::string_view> pattern_;
  std::set<std::string> matches_;
  std::set<std::pair<std::string, std::size_t>> seen_;
};

} // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::absent: return "absent";
    case Kind::file: return "file";
    case Kind::directory: return "directory";
    case Kind::symlink: return "symlink";
    case Kind::other: return "other";
  }
  return "absent";
}

std::optional<RealFs::Look> RealFs::look(const AbsPath& path) {
  struct stat st{};
  if (lstat(path.c_str(), &st) != 0) return std::nullopt;
  return Look{.mode = st.st_mode, .links = st.st_nlink, .uid = st.st_uid, .gid = st.st_gid, .size = st.st_size};
}

Result<RealFs::Listing> RealFs::list(const AbsPath& path) {
  TRY_ASSIGN(Listing all, entries_of(path.string(), false));
  std::sort(all.begin(), all.end());
  return all;
}

Kind RealFs::kind(const AbsPath& path) {
  const auto found = look(path);
  return found ? kind_of(found->mode) : Kind::absent;
}

Result<std::string> RealFs::read(const AbsPath& path, std::size_t limit) {
  // O_NONBLOCK: a FIFO at the place of a config must not hang the build.
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return system_error("read", path.string());
  struct stat st{};
  if (fstat(file.get(), &st) != 0) return system_error("read", path.string());
  if (!S_ISREG(st.st_mode))
    return Error{.operation = "read", .object = path.string(), .code = S_ISDIR(st.st_mode) ? EISDIR : EINVAL,
                 .cause = S_ISDIR(st.st_mode) ? "it is a directory" : "it is not a regular file", .hint = {}};
  return read_all(file.get(), limit, path.string(), &st);
}

Result<std::string> RealFs::target(const AbsPath& path) {
  char buffer[4097];
  const ssize_t n = readlink(path.c_str(), buffer, sizeof buffer);
  if (n < 0) return system_error("read the link", path.string());
  return std::string(buffer, static_cast<std::size_t>(n));
}

Result<std::vector<std::string>> RealFs::names(const AbsPath& path) {
  TRY_ASSIGN(const Listing all, list(path));
  std::vector<std::string> out;
  out.reserve(all.size());
  for (const auto& [name, is_directory] : all) out.push_back(name);
  return out;
}

std::vector<std::string> RealFs::among(const AbsPath& path, const std::vector<std::string>& names) {
  std::vector<std::string> out;
  const auto all = list(path);
  if (!all) return out;
  const auto has = [&](const std::string& name) {
    const auto found = std::lower_bound(all->begin(), all->end(), name, [](const auto& entry, const std::string& wanted) { return entry.first < wanted; });
    return found != all->end() && found->first == name;
  };
  std::copy_if(names.begin(), names.end(), std::back_inserter(out), has);
  return out;
}

bool RealFs::vacant(const AbsPath& path) {
  const auto found = look(path);
  if (!found) return true; // as for `kind`, a path that cannot be reached is absent
  if (S_ISREG(found->mode)) {
    constexpr off_t longest = 2; // ".\n"
    if (found->size > longest) return false;
    const auto text = read(path, longest);
    return text && (text->empty() || *text == "." || *text == ".\n");
  }
  if (!S_ISDIR(found->mode)) return false;
  const Fd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  bool empty = static_cast<bool>(directory);
  if (directory && each_entry(directory.get(), [&](std::string_view, unsigned char) { return empty = false; }) != 0) empty = false;
  return empty;
}

Result<Ownership> RealFs::ownership(const AbsPath& path) {
  const auto found = look(path);
  if (!found) return system_error("look at", path.string());
  return Ownership{.uid = found->uid, .gid = found->gid, .mode = static_cast<std::uint32_t>(found->mode & 07777)};
}

std::uint64_t RealFs::link_count(const AbsPath& path) {
  const auto found = look(path);
  return found ? found->links : 0;
}

std::string RealFs::stamp(const AbsPath& path) {
  struct stat st{};
  if (stat(path.c_str(), &st) != 0) return {};
  const auto time = [](const timespec& t) { return std::to_string(t.tv_sec) + "." + std::to_string(t.tv_nsec); };
  return std::to_string(st.st_dev) + ":" + std::to_string(st.st_ino) + ":" + std::to_string(st.st_size) + ":" +
         time(st.st_mtim) + ":" + time(st.st_ctim);
}

Result<std::vector<std::string>> RealFs::glob(const AbsPath& root, const std::string& pattern, std::size_t limit) {
  std::vector<std::string_view> components;
  for (const std::string_view part : split(pattern, '/'))
    if (!part.empty() && part != "." && !(part == "**" && !components.empty() && components.back() == "**"))
      components.push_back(part);
  if (components.empty()) return std::vector<std::string>{};
  GlobWalk walk(limit, std::move(components));
  TRY(walk.walk(root.string(), "", 0));
  return walk.result();
}

Result<std::vector<std::string>> RealFs::find(const AbsPath& root, const std::string& names, std::size_t depth, std::size_t limit) {
  const std::vector<std::string_view> wanted = split(names, '/');
  std::vector<std::string> out, level = {""}; // relative, with a slash at the end
  for (std::size_t down = 0; down <= depth && !level.empty(); ++down) {
    std::vector<std::string> next;
    for (const std::string& prefix : level) {
      const std::string directory = root.string() + "/" + prefix;
      // The last level is only asked: its directories may hold a million files.
      const auto entries = down < depth ? list(root / prefix) : Error{};
      struct stat st{};
      for (const std::string_view name : wanted) {
        const bool possible = !entries || std::any_of(entries->begin(), entries->end(), [&](const auto& entry) { return may_be(entry.first, name); });
        if (!possible || lstat((directory + std::string(name)).c_str(), &st) != 0) continue;
        if (name == ".git" && S_ISDIR(st.st_mode))
          if (const auto git = AbsPath::parse(directory + std::string(name)); git && vacant(*git)) continue;
        out.push_back(prefix + std::string(name));
      }
      if (out.size() > limit)
        return Error{.operation = "search", .object = root.string(), .code = E2BIG, .cause = "there are too many", .hint = {}};
      if (!entries) continue;
      for (const auto& [name, is_directory] : *entries)
        if (is_directory && name != ".git") next.push_back(prefix + name + "/");
    }
    level = std::move(next);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::string> RealFs::listener(const AbsPath& path) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return system_error("look at", path.string());
  if (!S_ISSOCK(status.st_mode)) return Error{.operation = "connect to", .object = path.string(), .code = ENOTSOCK};
  const auto address = unix_address(path.string());
  if (!address) return std::string();
  const Fd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ucred peer{};
  socklen_t size = sizeof peer;
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid <= 0)
    return std::string();
  constexpr std::size_t longest = 64; // TASK_COMM_LEN is 16
  const auto comm = read(AbsPath::literal("/proc") / std::to_string(peer.pid) / "comm", longest);
  return std::string(comm ? first_line(*comm) : "");
}

Result<std::string> RealFs::version_output(const AbsPath& program) {
  TRY_ASSIGN(const Captured captured, capture({program.string(), "--version"}, {{"PATH", "/usr/bin:/bin"}}, 5000));
  return captured.out;
}

Result<std::string> RealFs::program_digest(const AbsPath& program) {
  constexpr std::size_t longest = 16U << 20U;
  TRY_ASSIGN(const std::string bytes, read(program, longest));
  return digest(bytes);
}

Result<Glance> RealFs::glance(const AbsPath& path, std::size_t limit, bool /*settled*/) {
  const Fd directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
  if (!directory) return system_error("list", path.string());
  Glance out;
  each_entry(directory.get(), [&](std::string_view name, unsigned char type) {
    out.complete = out.entries.size() < limit;
    if (out.complete) out.entries.push_back({.name = std::string(name), .kind = kind_of(directory.get(), name, type)});
    return out.complete;
  });
  std::sort(out.entries.begin(), out.entries.end(), [](const Glance::Entry& a, const Glance::Entry& b) { return a.name < b.name; });
  return out;
}

Result<std::string> RealFs::peek(const AbsPath& path, std::size_t limit, bool /*settled*/) {
  const Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_NOATIME));
  const Fd other(!file && errno == EPERM ? open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW) : -1); // not the owner
  const int fd = file ? file.get() : other.get();
  struct stat st{};
  if (fd < 0 || fstat(fd, &st) != 0) return system_error("read", path.string());
  if (!S_ISREG(st.st_mode)) return Error{.operation = "read", .object = path.string(), .code = EINVAL, .cause = "it is not a regular file", .hint = {}};
  std::string out(std::min(limit, static_cast<std::size_t>(std::max<off_t>(st.st_size, 0))), '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    const ssize_t n = ::read(fd, out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return system_error("read", path.string());
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  out.resize(size);
  return out;
}

std::optional<RealFs::Look> FirstLook::look(const AbsPath& path) {
  const auto [known, is_new] = looks_.try_emplace(path.string());
  if (is_new) known->second = RealFs::look(path);
  return known->second;
}

Result<RealFs::Listing> FirstLook::list(const AbsPath& path) {
  const auto found = listings_.find(path.string());
  return found != listings_.end() ? found->second : listings_.emplace(path.string(), RealFs::list(path)).first->second;
}

std::optional<AbsPath> real_path(const std::string& path) {
  char* const real = realpath(path.c_str(), nullptr);
  auto out = real != nullptr ? AbsPath::parse(real) : std::nullopt;
  free(real);
  return out;
}

Result<Resolved> resolve(Fs& fs, const AbsPath& path) { return resolve_below(fs, AbsPath::literal("/"), path.string()); }

Result<Resolved> resolve_below(Fs& fs, const AbsPath& canonical, const std::string& relative) {
  AbsPath done = canonical;
  Kind kind = Kind::directory;
  std::vector<std::string> pending;
  const auto push = [&](std::string_view text) {
    const auto parts = split(text, '/');
    for (auto part = parts.rbegin(); part != parts.rend(); ++part)
      if (!part->empty() && *part != ".") pending.emplace_back(*part);
  };
  push(relative);
  std::vector<Resolved::Link> links;
  while (!pending.empty()) {
    const std::string component = std::move(pending.back());
    pending.pop_back();
    if (component == "..") {
      done = done.parent();
      continue;
    }
    const AbsPath next = done / component;
    kind = fs.kind(next);
    if (kind != Kind::symlink) {
      done = next;
      continue;
    }
    TRY_ASSIGN(std::string target, fs.target(next));
    links.push_back({next, target});
    if (links.size() > 40) {
      errno = ELOOP;
      return system_error("resolve", canonical.string() + "/" + relative);
    }
    if (target.starts_with('/')) done = AbsPath::literal("/");
    push(target);
    kind = Kind::directory;
  }
  return Resolved{.path = done, .kind = kind, .links = std::move(links)};
}

} // namespace psbc::base
