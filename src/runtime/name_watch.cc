// SPDX-License-Identifier: MIT
#include "runtime/name_watch.h"

#include <dirent.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/glob.h"
#include "base/text.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t directories_at_once = 64;
constexpr std::size_t max_told = 1000;

std::vector<std::string> components(std::string_view pattern) {
  std::vector<std::string> out;
  for (const std::string_view part : base::split(pattern, '/'))
    if (!part.empty() && part != ".") out.emplace_back(part);
  return out;
}

std::string join(const std::string& directory, std::string_view name) {
  return directory + (directory.ends_with('/') ? "" : "/") + std::string(name);
}

} // namespace

NameWatch::NameWatch(const std::vector<emit::WatchedName>& names, std::set<std::string> known, std::set<std::string> expected)
    : known_(std::move(known)), expected_(std::move(expected)) {
  if (names.empty()) return;
  inotify_ = base::Fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_) {
    failure_ = errno == EMFILE ? "this user has too many inotify instances (sysctl fs.inotify.max_user_instances)" : std::strerror(errno);
    return;
  }
  std::map<std::string, States> tops;
  for (const emit::WatchedName& name : names) {
    auto pattern = components(name.pattern);
    if (pattern.empty()) continue;
    tops[name.base].insert({.pattern = static_cast<std::uint32_t>(patterns_.size()), .at = 0});
    patterns_.push_back(std::move(pattern));
  }
  for (auto& [path, states] : tops) pending_.push_back({.path = path, .states = std::move(states)});
}

NameWatch::States NameWatch::advance(const States& states, std::string_view name, bool& matches) const {
  States next;
  const auto step = [&](const auto& self, State state) -> void {
    const auto& pattern = patterns_[state.pattern];
    const bool last = state.at + 1 == pattern.size();
    if (pattern[state.at] == "**") {
      if (name != ".git") next.insert(state); // as Fs::glob: what git keeps there is not searched
      if (last) matches = true;
      else self(self, {.pattern = state.pattern, .at = state.at + 1});
    } else if (base::matches_component(pattern[state.at], name)) {
      if (last) matches = true;
      else next.insert({.pattern = state.pattern, .at = state.at + 1});
    }
  };
  for (const State& state : states) step(step, state);
  return next;
}

/// One entry of a directory that is watched.
void NameWatch::look_at(const Directory& directory, std::string_view name, bool fresh) {
  bool matches = false;
  States next = advance(directory.states, name, matches);
  if (!matches && next.empty()) return;
  const std::string path = join(directory.path, name);
  struct stat status{};
  const bool there = lstat(path.c_str(), &status) == 0;
  const bool closed = known_.contains(path), known = closed || expected_.contains(path);
  // A match that is gone again was there: whoever polls has read it.
  if (matches && !(there && S_ISLNK(status.st_mode)) && (fresh || !known) && (known || told_.size() < max_told) && told_.insert(path).second)
    appeared_.push_back(path);
  if (!(there && S_ISDIR(status.st_mode)) || next.empty() || (matches && closed && !fresh)) return;
  if (pending_.size() >= max_watched_directories) partial_ = true;
  else
    pending_.push_back({.path = path, .states = std::move(next), .fresh = fresh});
}

void NameWatch::watch(Directory directory) {
  const int descriptor = inotify_add_watch(inotify_.get(), directory.path.c_str(),
                                           IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK);
  if (descriptor < 0) {
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) partial_ = true; // ENOSPC: the user's limit of watches
    return;
  }
  const auto found = watched_.find(descriptor);
  if (found != watched_.end() && found->second.path == directory.path) directory.states.merge(States(found->second.states));
  // Looked at after it is watched: what appears in between is found twice, and told once.
  const auto close = [](DIR* stream) { closedir(stream); };
  const auto named = [&](const State& state) { return !base::has_glob(patterns_[state.pattern][state.at]); };
  if (std::all_of(directory.states.begin(), directory.states.end(), named)) { // asked for, not looked for
    struct stat status{};
    for (const State& state : directory.states)
      if (const std::string& name = patterns_[state.pattern][state.at]; lstat(join(directory.path, name).c_str(), &status) == 0)
        look_at(directory, name, directory.fresh);
  } else if (const std::unique_ptr<DIR, decltype(close)> stream(opendir(directory.path.c_str()), close); stream)
    while (const dirent* const entry = readdir(stream.get()))
      if (const std::string_view name = entry->d_name; name != "." && name != "..") look_at(directory, name, directory.fresh);
  watched_[descriptor] = std::move(directory);
}

void NameWatch::work() {
  for (std::size_t count = 0; count < directories_at_once && !pending_.empty(); ++count) {
    if (watched_.size() >= max_watched_directories) {
      partial_ = true;
      pending_.clear();
      return;
    }
    Directory next = std::move(pending_.front());
    pending_.pop_front();
    watch(std::move(next));
  }
}

/// A directory that was moved takes its watches with it, and they would speak of names that are no more.
void NameWatch::forget(const std::string& path) {
  const std::string prefix = path + "/";
  for (auto at = watched_.begin(); at != watched_.end();) {
    const bool below = at->second.path == path || at->second.path.starts_with(prefix);
    if (below) inotify_rm_watch(inotify_.get(), at->first);
    at = below ? watched_.erase(at) : std::next(at);
  }
}

bool NameWatch::read() {
  alignas(inotify_event) char buffer[16384];
  const ssize_t size = inotify_ ? ::read(inotify_.get(), buffer, sizeof buffer) : 0;
  for (const char* at = buffer; at < buffer + size;) {
    inotify_event event{};
    std::memcpy(&event, at, sizeof event);
    const std::string_view name = event.len > 0 ? std::string_view(at + sizeof event) : std::string_view();
    at += sizeof event + event.len;
    if ((event.mask & IN_Q_OVERFLOW) != 0) partial_ = lost_events_ = true;
    const auto found = watched_.find(event.wd);
    if (found == watched_.end()) continue;
    if ((event.mask & IN_IGNORED) != 0) {
      watched_.erase(found); // it was removed
    } else if (!name.empty()) {
      const Directory directory = found->second; // `forget` may erase it
      if ((event.mask & IN_ISDIR) != 0) forget(join(directory.path, name));
      if ((event.mask & IN_MOVED_FROM) == 0) look_at(directory, name, true);
    }
  }
  return size > 0;
}

std::vector<std::string> NameWatch::take() { return std::exchange(appeared_, {}); }

} // namespace psbc::runtime
