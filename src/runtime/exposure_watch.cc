// SPDX-License-Identifier: MIT
#include "runtime/exposure_watch.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/fs.h"
#include "base/glob.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t match_limit = 1000; // as at the build

bool is_below(const std::string& path, const std::string& top) {
  return path.size() > top.size() && path.starts_with(top) && path[top.size()] == '/';
}

/// What is protected by a mount within what may be written, and what keeps a place there.
std::vector<std::string> pins_of(const emit::EnterPlan& plan) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& path) {
    const bool is_within = std::any_of(plan.writable.begin(), plan.writable.end(), [&](const std::string& top) { return is_below(path, top); });
    if (is_within && std::find(out.begin(), out.end(), path) == out.end()) out.push_back(path);
  };
  for (const std::string& path : plan.read_only) add(path);
  for (const std::string& path : plan.pinned) add(path);
  for (const emit::KeptPlace& place : plan.kept) add(place.path);
  return out;
}

/// The names to watch: those that are hidden, and of each pin its own.
std::vector<emit::WatchedName> watched(const emit::EnterPlan& plan, const std::vector<std::string>& pins) {
  std::vector<emit::WatchedName> out = plan.watched;
  for (const std::string& path : pins) {
    const std::size_t slash = path.rfind('/');
    out.push_back({.base = path.substr(0, slash), .pattern = base::literal_glob(path.substr(slash + 1))});
  }
  return out;
}

std::set<std::string> set_of(const std::vector<std::string>& paths) { return {paths.begin(), paths.end()}; }

} // namespace

ExposureWatch::ExposureWatch(const emit::EnterPlan& plan) : ExposureWatch(plan, pins_of(plan)) {}

ExposureWatch::ExposureWatch(const emit::EnterPlan& plan, const std::vector<std::string>& pins)
    : asked_(plan.watched), names_(watched(plan, pins), set_of(plan.hidden), set_of(pins)) {
  const auto note = [](std::map<std::string, Covered>& into, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      struct stat status{};
      if (lstat(path.c_str(), &status) == 0) into[path] = {.device = status.st_dev, .inode = status.st_ino};
    }
  };
  note(covered_, plan.hidden);
  note(pinned_, pins);
  names_.work();
}

void ExposureWatch::add(std::vector<Exposure>& found, Exposure::How how, const std::string& path) {
  if (told_.insert(path).second) found.push_back({.how = how, .path = path});
}

std::vector<Exposure> ExposureWatch::look() {
  names_.work();
  names_.read();
  std::vector<Exposure> found;
  for (const std::string& path : names_.take())
    add(found, pinned_.contains(path) ? Exposure::How::unpinned : covered_.contains(path) ? Exposure::How::replaced : Exposure::How::appeared, path);
  if (names_.lost_events()) compare(found);
  return found;
}

void ExposureWatch::compare(std::vector<Exposure>& found) {
  struct stat status{};
  for (const auto& [path, covered] : covered_) {
    if (lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode)) continue;
    if (status.st_dev != covered.device || status.st_ino != covered.inode) add(found, Exposure::How::replaced, path);
    else if (S_ISREG(status.st_mode) && status.st_nlink > 1) add(found, Exposure::How::linked, path);
  }
  const auto is_told = [&](const std::string& path) { // of what holds it, which says enough
    return std::any_of(told_.begin(), told_.end(), [&](const std::string& top) { return is_below(path, top); });
  };
  for (const auto& [path, pinned] : pinned_) // sorted: what holds others comes before them
    if (!is_told(path) && lstat(path.c_str(), &status) == 0 && (status.st_dev != pinned.device || status.st_ino != pinned.inode)) add(found, Exposure::How::unpinned, path);
}

std::vector<Exposure> ExposureWatch::finish() {
  constexpr int longest = 4096; // of what the kernel keeps; programs outside may go on
  for (int n = 0; n < longest && names_.read(); ++n) {
  }
  std::vector<Exposure> found = look();
  compare(found);
  struct stat status{};
  if (!partial()) return found;
  base::RealFs fs;
  for (const emit::WatchedName& name : asked_) {
    const auto top = base::AbsPath::parse(name.base);
    const auto matches = top ? fs.glob(*top, name.pattern, match_limit) : base::Result<std::vector<std::string>>(base::Error{});
    if (!matches) continue;
    for (const std::string& match : *matches) {
      const auto path = top->join(match);
      if (path && !covered_.contains(path->string()) && lstat(path->c_str(), &status) == 0 && !S_ISLNK(status.st_mode))
        add(found, Exposure::How::appeared, path->string());
    }
  }
  return found;
}

std::vector<std::string> case_twins(const std::vector<std::string>& hidden) {
  std::vector<std::string> twins;
  for (const std::string& path : hidden) {
    std::string twin = path;
    for (std::size_t at = path.rfind('/') + 1; at < path.size(); ++at) {
      const char c = path[at];
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) twin[at] = static_cast<char>(c ^ 0x20);
    }
    struct stat one{}, other{};
    if (twin != path && lstat(twin.c_str(), &other) == 0 && lstat(path.c_str(), &one) == 0 && one.st_dev == other.st_dev && one.st_ino == other.st_ino)
      twins.push_back(std::move(twin));
  }
  return twins;
}

} // namespace psbc::runtime
