// SPDX-License-Identifier: MIT
#include "runtime/obeyed_scan.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

#include "base/digest.h"
#include "base/entries.h"
#include "base/file.h"
#include "base/path.h"
#include "runtime/obeyed_patterns.h"

namespace psbc::runtime {
namespace {

using Where = base::Guard::Where;

constexpr std::size_t max_entries = 200'000;
constexpr std::size_t max_files = 5000;
constexpr std::size_t max_read = 16U << 20U;    // bytes of all files
constexpr std::size_t largest_read = 4U << 20U; // bytes of one: of what is larger the stamp has to do
constexpr std::int64_t max_time = 500'000'000;  // nanoseconds
constexpr std::int64_t settled =
    100'000'000; // ns. The clock of ctime ticks each 1 to 10 ms: what is younger may change unseen
constexpr std::size_t longest_link = 4096;
constexpr const char* extra_row = "[protect] extra";
constexpr const char* bare_row = "bare repository";
constexpr const char* there = "file there"; // of one the content changes with each commit

std::int64_t now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

/// Linux 5.6; no component of the path may be a link.
int open_without_links(int directory, const char* path, std::uint64_t flags,
                       std::uint64_t resolve = RESOLVE_NO_SYMLINKS) {
  open_how how{};
  how.flags = flags | O_CLOEXEC | O_NOCTTY;
  how.resolve = resolve;
  return static_cast<int>(syscall(SYS_openat2, directory, path, &how, sizeof how));
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string stamp_of(const struct stat& status) {
  const std::int64_t changed = status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec;
  if (now(CLOCK_REALTIME) - changed < settled) return {};
  return number(status.st_dev) + ":" + number(status.st_ino) + ":" + number(status.st_mode) + ":" +
         number(static_cast<std::uint64_t>(status.st_size)) + ":" + std::to_string(changed);
}

std::string mode_of(const struct stat& status) {
  char text[8];
  snprintf(text, sizeof text, "%o", status.st_mode & 07777U);
  return text;
}

/// One entry of an open directory. What of a link is beneath `tree` counts as well: a tool that obeys the link reads that.
struct Looker {
  const ObeyedFiles& known;
  const KeepContent& keep;
  std::size_t left_to_read = max_read;
  bool complete = true;

  Obeyed look(int directory, const std::string& name, const std::string& path, int tree,
              const std::string& below, std::string* bytes) {
    struct stat status {};
    if (fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    Obeyed found{.guard = {}, .what = {}, .stamp = {}, .size = static_cast<std::uint64_t>(status.st_size)};
    if (S_ISLNK(status.st_mode)) return link(directory, name, tree, below, bytes, std::move(found));
    if (!S_ISREG(status.st_mode)) {
      found.what = (S_ISDIR(status.st_mode) ? "directory " : "special ") + number(status.st_mode & S_IFMT);
      return found;
    }
    found.stamp = stamp_of(status);
    if (bytes == nullptr && !found.stamp.empty())
      if (const auto before = known.find(path);
          before != known.end() && before->second.stamp == found.stamp) {
        found.what = before->second.what;
        return found;
      }
    const std::string unread = "large " + mode_of(status) + " " + number(status.st_ino) + ":" +
                               number(found.size) + ":" +
                               number(static_cast<std::uint64_t>(status.st_ctim.tv_sec)) + "." +
                               number(static_cast<std::uint64_t>(status.st_ctim.tv_nsec));
    if (found.size > largest_read || found.size > left_to_read) {
      complete = complete && found.size > largest_read;
      found.what = unread;
      return found;
    }
    const base::Fd file(
        openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    const auto content =
        file ? base::read_all(file.get(), largest_read, path) : base::Result<std::string>(base::Error{});
    if (!content) {
      found.what = unread;
      return found;
    }
    left_to_read -= std::min(left_to_read, content->size());
    const std::string digest = base::digest(*content);
    found.what = "file " + mode_of(status) + " " + digest;
    if (keep && content->size() <= largest_kept) keep(digest, *content);
    if (bytes != nullptr) *bytes = *content;
    return found;
  }

 private:
  Obeyed link(int directory, const std::string& name, int tree, const std::string& below, std::string* bytes,
              Obeyed found) {
    std::string text(longest_link, '\0');
    const ssize_t size = readlinkat(directory, name.c_str(), text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    const std::string digest = base::digest(text);
    found.what = "link 777 " + digest;
    if (keep) keep(digest, text);
    if (bytes != nullptr) *bytes = text;
    if (tree < 0) return found;
    const base::Fd target(open_without_links(tree, below.c_str(), O_RDONLY | O_NONBLOCK,
                                             RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS));
    struct stat status {};
    if (!target || fstat(target.get(), &status) != 0 || !S_ISREG(status.st_mode)) return found;
    const auto content = base::read_all(target.get(), std::min(largest_read, left_to_read), name);
    if (content) found.what += " to " + base::digest(*content);
    left_to_read -= content ? content->size() : 0;
    return found;
  }
};

bool is_hidden(const ScanRequest& request, const std::string& path) {
  return std::any_of(request.hidden.begin(), request.hidden.end(), [&](const std::string& hidden) {
    return path.starts_with(hidden) && (path.size() == hidden.size() || path[hidden.size()] == '/');
  });
}

class Walk {
 public:
  Walk(const ScanRequest& request, const Scan& known, const KeepContent& keep)
      : request_(request), patterns_(obeyed_patterns()), known_(known.listings),
        looker_{.known = known.files, .keep = keep}, end_(now(CLOCK_MONOTONIC) + max_time) {}

  Scan run() {
    for (const std::string& tree : request_.trees) walk(tree, Place::Kind::tree, {});
    for (const std::string& directory : request_.git_directories) walk(directory, Place::Kind::git, {});
    for (const std::string& path : request_.extra) extra(path);
    out_.complete = out_.complete && looker_.complete;
    return std::move(out_);
  }

 private:
  /// A directory that waits to be walked.
  struct Place {
    enum class Kind : std::uint8_t {
      tree,       // the top of one
      below,      // any directory
      git,        // a git directory
      git_holder, // .git/modules and .git/worktrees: git directories, at any depth
      guarded,    // all that is in it is obeyed
      passed,     // only what `partials` ask for
    };
    std::string path; // relative to the tree; empty: the tree itself
    Kind kind;
    std::vector<Partial> partials;
    std::string_view guard; // of `guarded`
  };

  void walk(const std::string& top, Place::Kind kind, std::string_view guard) {
    const base::Fd tree = open_real_directory(top);
    if (!tree) return;
    top_ = top;
    tree_ = tree.get();
    queue_.push_back({.path = {}, .kind = kind, .partials = {}, .guard = guard});
    while (!queue_.empty()) {
      const Place place = std::move(queue_.front());
      queue_.pop_front();
      if (entries_ >= max_entries || now(CLOCK_MONOTONIC) > end_) {
        out_.complete = false;
        queue_.clear();
        return;
      }
      visit(place);
    }
  }

  void extra(const std::string& path) {
    const auto parsed = base::AbsPath::parse(path);
    if (!parsed) return;
    const base::Fd parent = open_real_directory(parsed->parent().string());
    if (!parent) return;
    top_ = parsed->parent().string();
    tree_ = parent.get();
    const std::string name(parsed->name());
    struct stat status {};
    if (fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (S_ISDIR(status.st_mode))
      walk(path, Place::Kind::guarded, extra_row);
    else
      record(parent.get(), {}, name, extra_row);
  }

  using Entry = Listing::Entry;

  /// What of a directory is of interest. Read anew unless it is as it was at an earlier look.
  Listing list(const Place& place, int directory) {
    const bool starts = place.kind == Place::Kind::tree || place.kind == Place::Kind::below;
    const bool all = place.kind == Place::Kind::guarded || !starts || !place.partials.empty();
    const std::string path = place.path.empty() ? top_ : top_ + "/" + place.path;
    struct stat status {};
    Listing found;
    if (fstat(directory, &status) == 0) found.stamp = stamp_of(status);
    if (!found.stamp.empty()) found.stamp += all ? " all" : " some";
    const auto known = known_.find(path);
    if (known != known_.end() && !found.stamp.empty() && known->second.stamp == found.stamp) {
      found = known->second;
      entries_ += found.count;
    } else {
      base::each_entry(directory, [&](std::string_view name, unsigned char type) {
        ++found.count;
        if (++entries_ > max_entries) {
          out_.complete = false;
          found.stamp.clear();
          return false;
        }
        if (type == DT_UNKNOWN) type = type_of(directory, name);
        if (all || type == DT_DIR || patterns_.may_start(name)) found.entries.push_back({.name = std::string(name), .type = type});
        return true;
      });
    }
    if (!found.stamp.empty()) out_.listings.emplace(path, found);
    return found;
  }

  void visit(const Place& place) {
    const base::Fd directory(
        open_without_links(tree_, place.path.empty() ? "." : place.path.c_str(), O_RDONLY | O_DIRECTORY));
    if (!directory) return;
    const bool all = place.kind == Place::Kind::guarded;
    const bool starts = place.kind == Place::Kind::tree || place.kind == Place::Kind::below;
    const std::vector<Entry> met = list(place, directory.get()).entries;
    bool is_environment = false, has_head = false, has_objects = false, has_refs = false;
    for (const auto& [name, type] : met) {
      is_environment = is_environment || name == "pyvenv.cfg" || name == "conda-meta";
      has_head = has_head || name == "HEAD";
      has_objects = has_objects || (name == "objects" && type != DT_REG);
      has_refs = has_refs || (name == "refs" && type != DT_REG);
    }
    const bool is_git =
        place.kind == Place::Kind::git ||
        (has_head && (place.kind == Place::Kind::git_holder || (starts && has_objects && has_refs)));
    std::vector<Partial> partials = place.partials;
    const auto add = [&](Where where) {
      partials.insert(partials.end(), patterns_.starting(where).begin(), patterns_.starting(where).end());
    };
    if (starts) add(Where::anywhere);
    if (place.kind == Place::Kind::tree) add(Where::root);
    if (is_environment) add(Where::environment);
    if (is_git) add(Where::git);
    const bool bare = is_git && starts;
    for (const Entry& entry : met) {
      const std::string below = place.path.empty() ? entry.name : place.path + "/" + entry.name;
      if (is_hidden(request_, top_ + "/" + below)) continue;
      const bool tree_of_guard =
          all && !is_environment; // .direnv/python-3.11: only what is obeyed of an environment
      if (tree_of_guard)
        inside_guarded(place, directory.get(), entry, below);
      else
        matched(place, directory.get(), entry, below, partials, starts || is_environment, is_git, bare);
    }
  }

  void inside_guarded(const Place& place, int directory, const Entry& entry, const std::string& below) {
    if (entry.type == DT_DIR)
      queue_.push_back({.path = below, .kind = Place::Kind::guarded, .partials = {}, .guard = place.guard});
    else if (!(place.guard == ".git/hooks" && entry.name.ends_with(".sample")))
      record(directory, below, entry.name, place.guard); // git runs none
  }

  void matched(const Place& place, int directory, const Entry& entry, const std::string& below,
               const std::vector<Partial>& partials, bool descends, bool is_git, bool bare) {
    Place child{.path = below,
                .kind = descends ? Place::Kind::below : Place::Kind::passed,
                .partials = {},
                .guard = {}};
    for (const Partial& partial : partials) {
      if (!patterns_.matches(partial, entry.name)) continue;
      const ObeyedPatterns::Pattern& pattern = patterns_[partial.pattern];
      const bool last = partial.part + 1U == pattern.parts.size();
      if (entry.type != DT_DIR) {
        // A link in place of a directory on the way leads who obeys to what it names.
        const bool counts = last ? pattern.guard != bare_row || bare : entry.type == DT_LNK;
        if (counts) record(directory, below, entry.name, pattern.guard);
      } else if (!last) {
        child.partials.push_back(
            {.pattern = partial.pattern, .part = static_cast<std::uint8_t>(partial.part + 1U)});
      } else if (pattern.directory) {
        child.kind = Place::Kind::guarded;
        child.guard = pattern.guard;
      } else if (pattern.guard == ".git") {
        child.kind = Place::Kind::git;
      }
    }
    if (entry.type != DT_DIR) return;
    if (is_git && child.kind != Place::Kind::guarded) {
      const bool holds = entry.name == "modules" || entry.name == "worktrees";
      if (holds) child.kind = Place::Kind::git_holder;
    } else if (place.kind == Place::Kind::git_holder) {
      child.kind = Place::Kind::git_holder;
    }
    if (child.kind != Place::Kind::passed || !child.partials.empty()) queue_.push_back(std::move(child));
  }

  static unsigned char type_of(int directory, std::string_view name) {
    struct stat status {};
    if (fstatat(directory, std::string(name).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
    return static_cast<unsigned char>(IFTODT(status.st_mode));
  }

  void record(int directory, const std::string& below, const std::string& name, std::string_view guard) {
    if (out_.files.size() >= max_files) {
      out_.complete = false;
      return;
    }
    const std::string& relative = below.empty() ? name : below;
    const std::string path = top_ + "/" + relative;
    Obeyed found;
    if (guard == bare_row)
      found.what = there;
    else
      found = looker_.look(directory, name, path, tree_, relative, nullptr);
    if (found.what.empty() || keeps_place(guard, found)) return;
    found.guard = guard;
    out_.files.emplace(path, std::move(found));
  }

  /// What runtime/kept_places.h makes for as long as a session runs.
  bool keeps_place(std::string_view row, const Obeyed& found) const {
    const auto guard = base::find_guard(row);
    return guard && guard->absent == base::Guard::Absent::file && found.what.starts_with("file ") &&
           found.what.ends_with(base::digest(guard->text));
  }

  const ScanRequest& request_;
  const ObeyedPatterns& patterns_;
  const Listings& known_;
  Looker looker_;
  std::int64_t end_;
  std::deque<Place> queue_;
  std::string top_;
  int tree_ = -1;
  std::size_t entries_ = 0;
  Scan out_;
};

} // namespace

ScanRequest scan_request(const emit::EnterPlan& plan) {
  const auto under = [](const std::string& path, const std::string& top) {
    return !top.empty() && path.starts_with(top) && (path.size() == top.size() || path[top.size()] == '/');
  };
  ScanRequest out{
      .trees = {plan.project}, .git_directories = {}, .extra = plan.guarded, .hidden = plan.hidden};
  for (const std::string& path : plan.writable) {
    const bool own = under(path, plan.root) || under(path, plan.temporary) || under(path, plan.session) ||
                     !under(path, plan.home) || path == plan.home;
    const bool covered = std::any_of(out.trees.begin(), out.trees.end(),
                                     [&](const std::string& tree) { return under(path, tree); });
    if (!own && !covered && !under(path, plan.environment)) out.trees.push_back(path);
  }
  for (const std::string& path : plan.pinned) {
    const bool covered = std::any_of(out.trees.begin(), out.trees.end(),
                                     [&](const std::string& tree) { return under(path, tree); });
    if (!covered && access((path + "/HEAD").c_str(), F_OK) == 0) out.git_directories.push_back(path);
  }
  return out;
}

Scan scan_obeyed(const ScanRequest& request, const Scan& known, const KeepContent& keep) {
  return Walk(request, known, keep).run();
}

base::Fd open_real_directory(const std::string& path) {
  return base::Fd(open_without_links(AT_FDCWD, path.c_str(), O_RDONLY | O_DIRECTORY));
}

Obeyed look_at(const std::string& path, std::string_view guard, const std::vector<std::string>& trees,
               std::string* bytes) {
  const auto parsed = base::AbsPath::parse(path);
  if (!parsed) return {};
  const base::Fd parent = open_real_directory(parsed->parent().string());
  if (!parent) return {};
  const auto tree = std::find_if(trees.begin(), trees.end(),
                                 [&](const std::string& top) { return path.starts_with(top + "/"); });
  const base::Fd top = tree != trees.end() ? open_real_directory(*tree) : base::Fd();
  const ObeyedFiles none;
  const KeepContent nowhere;
  Looker looker{.known = none, .keep = nowhere};
  Obeyed found = looker.look(parent.get(), std::string(parsed->name()), path, top.get(),
                             top ? path.substr(tree->size() + 1) : std::string(), bytes);
  found.guard = guard;
  if (guard == bare_row && found.what.starts_with("file ")) found.what = there;
  return found;
}

} // namespace psbc::runtime
