// SPDX-License-Identifier: MIT
#include "runtime/obeyed_review.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/digest.h"
#include "base/lock.h"
#include "base/records.h"

namespace psbc::runtime {
namespace {

constexpr int format = 1;
constexpr std::size_t max_record = 16U << 20U;
constexpr int lock_patience_ms = 10'000; // the holder may be looking at a big project
constexpr std::size_t max_pending = 5000;
constexpr const char* nothing = "nothing";

bool is_number(const std::string& name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
}

/// The digest in "file 644 DIGEST" or "link 777 DIGEST to DIGEST"; empty where no content stands behind it.
std::string digest_in(std::string_view what) {
  if (!what.starts_with("file ") && !what.starts_with("link ")) return {};
  what.remove_prefix(5);
  what.remove_prefix(std::min(what.size(), what.find(' ') + 1));
  what = what.substr(0, what.find(' '));
  return what.size() == 64 ? std::string(what) : std::string();
}

std::vector<ObeyedChange> differences(const ObeyedFiles& before, const ObeyedFiles& after) {
  std::vector<ObeyedChange> out;
  for (const auto& [path, now] : after) {
    const auto was = before.find(path);
    if (was == before.end())
      out.push_back({.how = ObeyedChange::How::appeared, .path = path, .guard = now.guard});
    else if (was->second.what != now.what)
      out.push_back({.how = ObeyedChange::How::changed, .path = path, .guard = now.guard});
  }
  for (const auto& [path, was] : before)
    if (!after.contains(path))
      out.push_back({.how = ObeyedChange::How::vanished, .path = path, .guard = was.guard});
  return out;
}

} // namespace

std::string seen_as(const Obeyed& now) { return now.what.empty() ? nothing : now.what; }

base::Result<ObeyedReview> ObeyedReview::open(const base::AbsPath& state, const std::string& id) {
  TRY_ASSIGN(const base::PrivateDir top, base::PrivateDir::make(state));
  TRY_ASSIGN(const base::PrivateDir all, top.make("review"));
  TRY_ASSIGN(base::PrivateDir own, all.make(id));
  return ObeyedReview(std::move(own));
}

base::Result<base::Fd> ObeyedReview::lock() const { return base::lock(directory_, "lock", lock_patience_ms); }

std::string ObeyedReview::serialise(const Look& look) {
  base::RecordWriter out("look", format);
  for (const std::string& path : look.request.trees) out.add({"tree", path});
  for (const std::string& path : look.request.git_directories) out.add({"git", path});
  for (const std::string& path : look.request.extra) out.add({"extra", path});
  for (const std::string& path : look.request.hidden) out.add({"hidden", path});
  if (!look.scan.complete) out.add({"partial"});
  for (const auto& [path, file] : look.scan.files)
    out.add({"file", path, file.guard, file.what, file.stamp, std::to_string(file.size)});
  return std::move(out).finish();
}

base::Result<ObeyedReview::Look> ObeyedReview::read_look(const std::string& name) const {
  TRY_ASSIGN(auto content, directory_.read(name, max_record));
  base::RecordReader reader(content.bytes, "look", format);
  if (reader.state() != base::RecordsState::whole)
    return base::Error{.operation = "read",
                       .object = directory_.path().string() + "/" + name,
                       .code = 0,
                       .cause = "it is damaged",
                       .hint = {}};
  Look look;
  std::vector<std::string_view> fields;
  while (reader.next(fields)) {
    if (fields[0] == "partial") look.scan.complete = false;
    if (fields.size() == 2) {
      auto& request = look.request;
      auto* list = fields[0] == "tree"    ? &request.trees
                   : fields[0] == "git"   ? &request.git_directories
                   : fields[0] == "extra" ? &request.extra
                                          : &request.hidden;
      list->emplace_back(fields[1]);
    }
    if (fields.size() != 6) continue;
    Obeyed file{.guard = std::string(fields[2]),
                .what = std::string(fields[3]),
                .stamp = std::string(fields[4]),
                .size = 0};
    std::from_chars(fields[5].data(), fields[5].data() + fields[5].size(), file.size);
    look.scan.files.emplace(fields[1], std::move(file));
  }
  return look;
}

/// The old file or the new one. Not synced: what a power failure takes is a report, and nothing of the project.
base::Status ObeyedReview::put(const std::string& name, std::string_view bytes) const {
  const std::string temporary = "." + name;
  TRY(directory_.remove(temporary)); // under the lock nobody else's
  TRY(directory_.create(temporary, bytes, 0600));
  return directory_.rename(temporary, name);
}

KeepContent ObeyedReview::keeper(const base::PrivateDir& contents) const {
  return [&contents](const std::string& digest, std::string_view bytes) {
    // What cannot be kept cannot be restored: `restore` says so.
    if (!contents.has(digest)) static_cast<void>(contents.create(digest, bytes, 0600));
  };
}

std::optional<std::string> ObeyedReview::content(const std::string& what) const {
  const std::string digest = digest_in(what);
  const auto contents =
      digest.empty() ? base::Result<base::PrivateDir>(base::Error{}) : directory_.open("contents");
  auto read = contents ? contents->read(digest, largest_kept)
                       : base::Result<base::PrivateDir::Content>(base::Error{});
  if (!read || base::digest(read->bytes) != digest) return std::nullopt;
  return std::move(read->bytes);
}

base::Status ObeyedReview::begin(const ScanRequest& request) {
  TRY_ASSIGN(const base::Fd held, lock());
  TRY_ASSIGN(const base::PrivateDir contents, directory_.make("contents"));
  const auto known = read_look("known");
  before_ = {.request = request, .scan = scan_obeyed(request, known ? known->scan : Scan(), keeper(contents))};
  const std::string bytes = serialise(before_);
  const std::string name = std::to_string(getpid());
  TRY(directory_.remove(name)); // of an earlier process with this number: `recover` was before
  TRY_ASSIGN(own_, directory_.create(name, bytes, 0600));
  if (flock(own_.get(), LOCK_EX | LOCK_NB) != 0)
    return base::system_error("lock", directory_.path().string() + "/" + name);
  return base::ok();
}

/// What is there now, against an earlier look; all of it is pending then.
base::Result<ObeyedReport> ObeyedReview::compare(const Look& before) const {
  TRY_ASSIGN(const base::PrivateDir contents, directory_.make("contents"));
  Look after{.request = before.request,
             .scan = scan_obeyed(before.request, before.scan, keeper(contents))};
  if (!after.scan.complete)
    for (const auto& [path, file] : before.scan.files)
      if (!after.scan.files.contains(path))
        if (Obeyed found = look_at(path, file.guard, before.request.trees); !found.what.empty())
          after.scan.files.emplace(path, std::move(found));
  ObeyedReport report{.changes = differences(before.scan.files, after.scan.files),
                      .complete = before.scan.complete && after.scan.complete};
  if (!report.changes.empty()) {
    TRY_ASSIGN(List list, read_pending());
    for (const std::string& tree : before.request.trees)
      if (std::find(list.trees.begin(), list.trees.end(), tree) == list.trees.end())
        list.trees.push_back(tree);
    std::set<std::string> waiting;
    for (const PendingChange& change : list.changes) waiting.insert(change.path);
    for (const ObeyedChange& change : report.changes) {
      if (waiting.contains(change.path)) continue; // it keeps how it was before the first change
      const auto was = before.scan.files.find(change.path);
      Obeyed earlier{.guard = change.guard, .what = {}, .stamp = {}, .size = 0};
      if (was != before.scan.files.end()) earlier = was->second;
      if (list.changes.size() < max_pending)
        list.changes.push_back({.path = change.path, .before = std::move(earlier), .seen = {}});
      else
        report.complete = false;
    }
    TRY(write_pending(list));
  }
  TRY(put("known", serialise(after)));
  return report;
}

base::Result<ObeyedReport> ObeyedReview::finish() {
  if (!own_) return ObeyedReport{};
  TRY_ASSIGN(const base::Fd held, lock());
  TRY_ASSIGN(ObeyedReport report, compare(before_));
  TRY(directory_.remove(std::to_string(getpid())));
  own_ = base::Fd();
  sweep();
  return report;
}

base::Result<ObeyedReport> ObeyedReview::recover() {
  ObeyedReport all;
  TRY_ASSIGN(const base::Fd held, lock());
  TRY_ASSIGN(const std::vector<std::string> names, directory_.names());
  for (const std::string& name : names) {
    if (!is_number(name)) continue;
    const base::Fd file(
        openat(directory_.fd(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file || flock(file.get(), LOCK_SH | LOCK_NB) != 0) continue; // it runs
    all.after_kill = true;
    if (const auto before = read_look(name)) {
      TRY_ASSIGN(ObeyedReport report, compare(*before));
      all.complete = all.complete && report.complete;
      for (ObeyedChange& change : report.changes)
        if (std::none_of(all.changes.begin(), all.changes.end(),
                         [&](const ObeyedChange& other) { return other.path == change.path; }))
          all.changes.push_back(std::move(change));
    } else {
      all.complete = false;
    }
    TRY(directory_.remove(name));
  }
  return all;
}

/// Contents that nothing refers to any more.
void ObeyedReview::sweep() const {
  const auto contents = directory_.open("contents");
  const auto names = directory_.names();
  const auto kept = contents ? contents->names() : base::Result<std::vector<std::string>>(base::Error{});
  const auto list = read_pending();
  if (!kept || !names || !list) return;
  std::set<std::string> wanted;
  for (const PendingChange& change : list->changes) wanted.insert(digest_in(change.before.what));
  for (const std::string& name : *names) {
    if (!is_number(name) && name != "known") continue;
    const auto look = read_look(name);
    if (!look) continue;
    for (const auto& [path, file] : look->scan.files) wanted.insert(digest_in(file.what));
  }
  for (const std::string& digest : *kept)
    if (!wanted.contains(digest)) static_cast<void>(contents->remove(digest));
}

base::Result<ObeyedReview::List> ObeyedReview::read_pending() const {
  List list;
  if (!directory_.has("pending")) return list;
  TRY_ASSIGN(auto content, directory_.read("pending", max_record));
  base::RecordReader reader(content.bytes, "pending", format);
  if (reader.state() != base::RecordsState::whole)
    return base::Error{.operation = "read",
                       .object = directory_.path().string() + "/pending",
                       .code = 0,
                       .cause = "it is damaged",
                       .hint = "look at the project yourself, then remove that file"};
  std::vector<std::string_view> fields;
  while (reader.next(fields)) {
    if (fields.size() == 2) list.trees.emplace_back(fields[1]);
    if (fields.size() != 6) continue;
    Obeyed before{.guard = std::string(fields[2]), .what = std::string(fields[3]), .stamp = {}, .size = 0};
    std::from_chars(fields[5].data(), fields[5].data() + fields[5].size(), before.size);
    list.changes.push_back(
        {.path = std::string(fields[1]), .before = std::move(before), .seen = std::string(fields[4])});
  }
  return list;
}

base::Status ObeyedReview::write_pending(const List& list) const {
  if (list.changes.empty()) return directory_.remove("pending");
  base::RecordWriter out("pending", format);
  for (const std::string& tree : list.trees) out.add({"tree", tree});
  for (const PendingChange& change : list.changes)
    out.add({"change", change.path, change.before.guard, change.before.what, change.seen,
             std::to_string(change.before.size)});
  return put("pending", std::move(out).finish());
}

base::Result<std::vector<ObeyedReview::Shown>> ObeyedReview::pending(bool mark) {
  TRY_ASSIGN(const base::Fd held, lock());
  TRY_ASSIGN(List list, read_pending());
  std::vector<Shown> out;
  const std::size_t all = list.changes.size();
  for (const PendingChange& change : list.changes) {
    std::string bytes;
    Obeyed now = look_at(change.path, change.before.guard, list.trees, &bytes);
    if (now.what == change.before.what) continue;
    Shown shown{
        .change = change, .now = now, .bytes_before = content(change.before.what), .bytes_now = std::nullopt};
    if (!digest_in(now.what).empty()) shown.bytes_now = std::move(bytes);
    if (mark) shown.change.seen = seen_as(now);
    out.push_back(std::move(shown));
  }
  std::sort(out.begin(), out.end(),
            [](const Shown& a, const Shown& b) { return a.change.path < b.change.path; });
  if (!mark && out.size() == all) return out;
  list.changes.clear();
  for (const Shown& shown : out) list.changes.push_back(shown.change);
  TRY(write_pending(list));
  return out;
}

base::Status ObeyedReview::accept(const std::vector<std::string>& paths) {
  TRY_ASSIGN(const base::Fd held, lock());
  TRY_ASSIGN(List list, read_pending());
  for (const PendingChange& change : list.changes) {
    if (std::find(paths.begin(), paths.end(), change.path) == paths.end()) continue;
    if (seen_as(look_at(change.path, change.before.guard, list.trees)) != change.seen)
      return base::Error{.operation = "accept",
                         .object = change.path,
                         .code = 0,
                         .cause =
                             change.seen.empty() ? "it was not shown yet" : "it changed since it was shown",
                         .hint = "look at it: psbc review"};
  }
  std::erase_if(list.changes, [&](const PendingChange& change) {
    return std::find(paths.begin(), paths.end(), change.path) != paths.end();
  });
  TRY(write_pending(list));
  sweep();
  return base::ok();
}

} // namespace psbc::runtime
