// SPDX-License-Identifier: MIT
#include "runtime/kept_places.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/records.h"

namespace psbc::runtime {
namespace {

using base::AbsPath;
using emit::KeptPlace;

constexpr const char* list_name = "places";
constexpr const char* signature = "places";
constexpr int format = 1;
constexpr std::size_t max_list = 1U << 20U;

/// The directory that holds `path`. No link is followed: another session could have put one in the way.
base::Fd open_parent(const AbsPath& path) {
  base::Fd at(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (const std::string& name : path.parent().components()) {
    if (!at) break;
    at = base::Fd(openat(at.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  }
  return at;
}

std::vector<KeptPlace> read_list(const base::PrivateDir& records) {
  std::vector<KeptPlace> places;
  auto content = records.read(list_name, max_list);
  if (!content) return places;
  base::RecordReader reader(content->bytes, signature, format);
  std::vector<std::string_view> fields;
  while (reader.next(fields))
    if (fields.size() == 3) places.push_back({.path = std::string(fields[0]), .directory = fields[1] == "directory", .text = std::string(fields[2])});
  return places;
}

base::Status write_list(const base::PrivateDir& records, const std::vector<KeptPlace>& places) {
  base::RecordWriter out(signature, format);
  for (const KeptPlace& place : places) out.add({place.path, place.directory ? "directory" : "file", place.text});
  constexpr const char* fresh = "places.new";
  TRY(records.remove(fresh));
  TRY(records.create(fresh, std::move(out).finish(), 0600));
  return records.rename(fresh, list_name);
}

void make(const KeptPlace& place) {
  const auto path = AbsPath::parse(place.path);
  const base::Fd parent = path ? open_parent(*path) : base::Fd();
  if (!parent) return;
  const std::string name(path->name());
  if (place.directory) {
    mkdirat(parent.get(), name.c_str(), 0777);
    return;
  }
  const base::Fd file(openat(parent.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file && write(file.get(), place.text.data(), place.text.size()) != static_cast<ssize_t>(place.text.size())) unlinkat(parent.get(), name.c_str(), 0);
}

void remove(const KeptPlace& place) {
  const auto path = AbsPath::parse(place.path);
  const base::Fd parent = path ? open_parent(*path) : base::Fd();
  if (!parent) return;
  const std::string name(path->name());
  if (place.directory) {
    unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR); // not when something is in it
    return;
  }
  const base::Fd file(openat(parent.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const auto text = file ? base::read_all(file.get(), place.text.size(), place.path) : base::Result<std::string>(base::Error{});
  if (text && *text == place.text) unlinkat(parent.get(), name.c_str(), 0);
}

} // namespace

base::Status keep_places(const base::PrivateDir& records, const std::vector<KeptPlace>& places) {
  std::vector<KeptPlace> list = read_list(records), missing;
  for (const KeptPlace& place : places) {
    struct stat status{};
    if (lstat(place.path.c_str(), &status) == 0 || errno != ENOENT) continue;
    missing.push_back(place);
    if (std::find(list.begin(), list.end(), place) == list.end()) list.push_back(place);
  }
  if (missing.empty()) return base::ok();
  TRY(write_list(records, list));
  for (const KeptPlace& place : missing) make(place);
  return base::ok();
}

void remove_places(const base::PrivateDir& records) {
  const std::vector<KeptPlace> list = read_list(records);
  if (list.empty()) return;
  for (const KeptPlace& place : list) remove(place);
  static_cast<void>(records.remove(list_name));
}

} // namespace psbc::runtime
