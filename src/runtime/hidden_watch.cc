// SPDX-License-Identifier: MIT
#include "runtime/hidden_watch.h"

#include <sys/stat.h>

#include "base/fs.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t match_limit = 1000; // as at the build

} // namespace

HiddenWatch::HiddenWatch(const emit::EnterPlan& plan)
    : asked_(plan.watched), names_(plan.watched, {plan.hidden.begin(), plan.hidden.end()}) {
  for (const std::string& path : plan.hidden) {
    struct stat status{};
    if (lstat(path.c_str(), &status) == 0) covered_[path] = {.device = status.st_dev, .inode = status.st_ino};
  }
  names_.work();
}

void HiddenWatch::add(std::vector<Disclosure>& found, Disclosure::How how, const std::string& path) {
  if (told_.insert(path).second) found.push_back({.how = how, .path = path});
}

std::vector<Disclosure> HiddenWatch::look() {
  names_.work();
  names_.read();
  std::vector<Disclosure> found;
  for (const std::string& path : names_.take())
    add(found, covered_.contains(path) ? Disclosure::How::replaced : Disclosure::How::appeared, path);
  if (names_.lost_events()) compare(found);
  return found;
}

void HiddenWatch::compare(std::vector<Disclosure>& found) {
  struct stat status{};
  for (const auto& [path, covered] : covered_) {
    if (lstat(path.c_str(), &status) != 0 || S_ISLNK(status.st_mode)) continue;
    if (status.st_dev != covered.device || status.st_ino != covered.inode) add(found, Disclosure::How::replaced, path);
    else if (S_ISREG(status.st_mode) && status.st_nlink > 1) add(found, Disclosure::How::linked, path);
  }
}

std::vector<Disclosure> HiddenWatch::finish() {
  constexpr int longest = 4096; // of what the kernel keeps; programs outside may go on
  for (int n = 0; n < longest && names_.read(); ++n) {
  }
  std::vector<Disclosure> found = look();
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
        add(found, Disclosure::How::appeared, path->string());
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
