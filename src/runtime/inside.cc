// SPDX-License-Identifier: MIT
#include "runtime/inside.h"

#include <fcntl.h>
#include <sys/statvfs.h>

#include "base/file.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t max_mountinfo = 16U << 20U;
constexpr std::size_t max_session = 64U << 10U;

bool is_octal(char c) { return c >= '0' && c <= '7'; }

/// `<id>` of `.../psbc/builds/<id>/inside`, or nothing.
std::string_view id_of(std::string_view mount_point) {
  constexpr std::string_view before = "/psbc/builds/", after = "/inside";
  if (!mount_point.ends_with(after))
    return {};
  mount_point.remove_suffix(after.size());
  const std::size_t slash = mount_point.rfind('/');
  if (slash == std::string_view::npos || !mount_point.substr(0, slash + 1).ends_with(before))
    return {};
  return mount_point.substr(slash + 1);
}

std::optional<emit::InsideSession> read_session_at(const std::string& mount_point) {
  struct statvfs status{};
  const base::Fd directory(open(mount_point.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!directory || fstatvfs(directory.get(), &status) != 0 || (status.f_flag & ST_RDONLY) == 0)
    return {};
  const base::Fd file(openat(directory.get(), "session", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file)
    return {};
  const auto bytes = base::read_all(file.get(), max_session, mount_point);
  std::optional<emit::InsideSession> session = bytes ? emit::parse_inside_session(*bytes) : std::nullopt;
  if (session && session->id != id_of(mount_point))
    return {};
  return session;
}

} // namespace

std::string unescape_mount_point(std::string_view field) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const bool escaped = field[i] == '\\' && i + 3 < field.size() && is_octal(field[i + 1]) &&
                         is_octal(field[i + 2]) && is_octal(field[i + 3]);
    if (!escaped) {
      out += field[i];
      continue;
    }
    out += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
    i += 3;
  }
  return out;
}

std::vector<std::string> session_mounts(std::string_view mountinfo) {
  std::vector<std::string> found;
  for (const std::string_view line : base::split(mountinfo, '\n')) {
    if (line.find("/inside ") == std::string_view::npos) // nearly all lines end here
      continue;
    const std::vector<std::string_view> fields = base::split(line, ' ');
    if (fields.size() < 6)
      continue;
    std::string mount_point = unescape_mount_point(fields[4]);
    if (!id_of(mount_point).empty())
      found.push_back(std::move(mount_point));
  }
  return found;
}

std::optional<emit::InsideSession> inside_session() {
  const base::Fd file(open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC));
  if (!file)
    return {};
  const auto text = base::read_all(file.get(), max_mountinfo, "/proc/self/mountinfo");
  if (!text)
    return {};
  for (const std::string& mount_point : session_mounts(*text))
    if (auto session = read_session_at(mount_point))
      return session;
  return {};
}

} // namespace psbc::runtime
