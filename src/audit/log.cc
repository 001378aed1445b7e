// SPDX-License-Identifier: MIT
#include "audit/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "audit/chain.h"
#include "audit/journal.h"
#include "base/date.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/private_dir.h"
#include "base/text.h"

namespace psbc::audit {
namespace {

using base::Fd;
using base::PrivateDir;

/// A plain file of ours, or a new one.
base::Result<Fd> open_ours(const PrivateDir& directory, const char* name, int flags) {
  const std::string shown = directory.path().string() + "/" + name;
  Fd file(openat(directory.fd(), name, flags | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return base::system_error("write the record in", shown);
  if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 0077U) != 0)
    return base::Error{.operation = "write the record in", .object = shown, .code = EPERM, .cause = "it is no plain file of yours that only you can read", .hint = "move it away"};
  return file;
}

std::string host_name() {
  utsname names{};
  return uname(&names) == 0 ? names.nodename : "";
}

/// The lines, and the head as it is behind them.
std::string written(const Sink& sink, const std::vector<Event>& events, Head& head) {
  static const std::string machine = host_name();
  const std::string time = base::utc(std::time(nullptr));
  std::string out;
  for (const Event& event : events) {
    Event about(event.name());
    if (!sink.project.empty()) about.text("project", sink.project);
    if (!sink.name.empty()) about.text("name", sink.name);
    if (!sink.session.empty()) about.text("session", sink.session);
    const std::string line = "{\"seq\":" + std::to_string(head.last + 1) + ",\"time\":" + base::json_text(time) + ",\"event\":" + base::json_text(event.name()) + ",\"machine\":" + base::json_text(machine) +
                             ",\"uid\":" + std::to_string(geteuid()) + about.fields() + event.fields() + ",\"prev\":" + base::json_text(head.digest) + "}";
    ++head.last;
    head.digest = digest(line);
    head.size += line.size() + 1;
    out += line + "\n";
  }
  return out;
}

class Writer {
 public:
  Writer(const Sink& sink, PrivateDir directory, Fd log, Fd head_file, std::uint64_t size)
      : sink_(sink), directory_(std::move(directory)), log_(std::move(log)), head_file_(std::move(head_file)), size_(size) {}

  base::Status run(const std::vector<Event>& events) {
    TRY(find_head());
    TRY(rotate());
    std::vector<Event> all = std::move(findings_);
    all.insert(all.end(), events.begin(), events.end());
    Head head = head_;
    const std::string lines = written(sink_, all, head);
    if (const auto done = write_all(lines, head); !done) {
      [[maybe_unused]] const int taken_back = ftruncate(log_.get(), static_cast<off_t>(size_));
      return done;
    }
    if (!sink_.to_journal) return base::ok();
    std::size_t at = 0;
    for (const Event& event : all) {
      const std::size_t end = lines.find('\n', at);
      TRY(to_journal(event.name(), std::string_view(lines).substr(at, end - at)));
      at = end + 1;
    }
    return base::ok();
  }

 private:
  /// What the next line follows. Where log and head do not fit, a line of its own says so for ever.
  base::Status find_head() {
    const auto text = directory_.read(head_name, head_limit);
    const auto parsed = text && !text->bytes.empty() ? parse_head(text->bytes) : std::nullopt;
    if (!parsed) {
      head_ = empty_head();
      if (size_ == 0 && (!text || text->bytes.empty()) && !has_rotated()) return base::ok();
      findings_.push_back(Event("break").text("what", "the head of the record was missing or damaged"));
      return adopt(0);
    }
    head_ = *parsed;
    if (size_ == head_.size) return base::ok();
    if (size_ > head_.size) return adopt(head_.size);
    findings_.push_back(Event("break").text("what", "the record was shorter than its head says").number("bytes", static_cast<std::int64_t>(head_.size - size_)));
    head_.size = size_;
    return base::ok();
  }

  /// Lines behind what the head knows: of a psbc that was killed between the two. What does not fit them is cut off.
  base::Status adopt(std::uint64_t from) {
    std::string bytes(size_ - from, '\0');
    if (pread(log_.get(), bytes.data(), bytes.size(), static_cast<off_t>(from)) != static_cast<ssize_t>(bytes.size())) return base::system_error("read", shown());
    std::size_t at = 0;
    for (std::size_t end; (end = bytes.find('\n', at)) != std::string::npos; at = end + 1) {
      const std::string_view line = std::string_view(bytes).substr(at, end - at);
      const auto link = parse_link(line);
      const bool is_next = link && (link->before == head_.digest || (from == 0 && at == 0));
      if (!is_next) break;
      if (from == 0 && at == 0) {
        head_.first = link->number;
        head_.before_first = link->before;
      }
      head_.last = link->number;
      head_.digest = digest(line);
    }
    if (at < bytes.size()) {
      findings_.push_back(Event("break").text("what", "what stood behind the last line was no line of the record, and was cut off").number("bytes", static_cast<std::int64_t>(bytes.size() - at)));
      if (ftruncate(log_.get(), static_cast<off_t>(from + at)) != 0) return base::system_error("write", shown());
    }
    size_ = head_.size = from + at;
    return base::ok();
  }

  std::vector<std::string> rotated() const {
    auto names = directory_.names();
    if (!names) return {};
    std::erase_if(*names, [](const std::string& name) { return !is_rotated_name(name); });
    return std::move(*names);
  }
  bool has_rotated() const { return !rotated().empty(); }

  /// The number of the first line of a file, and the digest before it.
  std::optional<Link> first_of(const std::string& name) const {
    const auto content = directory_.read(name, 2 * largest_log);
    return content ? parse_link(std::string_view(content->bytes).substr(0, content->bytes.find('\n'))) : std::nullopt;
  }

  base::Status rotate() {
    if (size_ < largest_log) return base::ok();
    const auto first = first_of(log_name);
    TRY(directory_.rename(log_name, rotated_name(first ? first->number : head_.last)));
    TRY_ASSIGN(log_, open_ours(directory_, log_name, O_RDWR | O_APPEND));
    size_ = head_.size = 0;
    std::vector<std::string> names = rotated();
    if (names.size() <= logs_kept) return base::ok();
    const auto keep_from = names.end() - static_cast<std::ptrdiff_t>(logs_kept);
    if (const auto next = first_of(*keep_from)) {
      head_.first = next->number;
      head_.before_first = next->before;
    }
    for (auto name = names.begin(); name != keep_from; ++name) TRY(directory_.remove(*name));
    return base::ok();
  }

  base::Status write_all(const std::string& lines, const Head& head) {
    TRY(base::write_all(log_.get(), lines, shown()));
    const std::string text = serialise(head);
    if (pwrite(head_file_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) return base::system_error("write", directory_.path().string() + "/" + head_name);
    return base::ok();
  }

  std::string shown() const { return directory_.path().string() + "/" + log_name; }

  const Sink& sink_;
  PrivateDir directory_;
  Fd log_, head_file_;
  std::uint64_t size_; // of the log
  Head head_;
  std::vector<Event> findings_;
};

} // namespace

base::Status append(const Sink& sink, const std::vector<Event>& events) {
  if (!sink.is_on || events.empty()) return base::ok();
  TRY_ASSIGN(const PrivateDir top, PrivateDir::make(sink.state));
  TRY_ASSIGN(PrivateDir directory, top.make(directory_name));
  TRY_ASSIGN(const Fd lock, base::lock(directory, lock_name, lock_patience_ms));
  TRY_ASSIGN(Fd log, open_ours(directory, log_name, O_RDWR | O_APPEND));
  TRY_ASSIGN(Fd head, open_ours(directory, head_name, O_RDWR));
  struct stat status {};
  if (fstat(log.get(), &status) != 0) return base::system_error("look at", directory.path().string());
  return Writer(sink, std::move(directory), std::move(log), std::move(head), static_cast<std::uint64_t>(status.st_size)).run(events);
}

} // namespace psbc::audit
