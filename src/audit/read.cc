// SPDX-License-Identifier: MIT
#include "audit/read.h"

#include <algorithm>
#include <cerrno>

#include "audit/chain.h"
#include "audit/log.h"
#include "base/lock.h"
#include "base/private_dir.h"
#include "base/text.h"

namespace psbc::audit {
namespace {

using base::PrivateDir;

constexpr std::size_t most_problems = 20;

class Reader {
 public:
  explicit Reader(const Head* head) : head_(head) {
    if (head_ == nullptr) return;
    next_ = head_->first;
    before_ = head_->before_first;
  }

  void file(const std::string& name, std::string_view text) {
    for (std::size_t number = 1; !text.empty(); ++number) {
      const std::size_t end = text.find('\n');
      const std::string where = name + ":" + std::to_string(number);
      if (end == std::string_view::npos) problem(where + ": the line is not complete");
      line(where, text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }

  History finish() && {
    // A line more than the head knows is of a psbc that was killed in between; the next one that writes takes it up.
    if (head_ != nullptr && next_ <= head_->last) problem("the record ends with line " + std::to_string(next_ - 1) + ", and its head says that " + std::to_string(head_->last) + " is the last one");
    if (head_ == nullptr && !out_.records.empty()) problem("the head of the record is missing or damaged: lines may be missing at its end");
    return std::move(out_);
  }

 private:
  void problem(std::string what) {
    if (out_.problems.size() < most_problems) out_.problems.push_back(std::move(what));
  }

  void line(const std::string& where, std::string_view text) {
    const auto link = parse_link(text);
    if (!link) return problem(where + ": this is no record");
    const bool is_first = next_ == 0;
    if (!is_first && link->number != next_) problem(where + ": line " + std::to_string(link->number) + " follows line " + std::to_string(next_ - 1) + (link->number > next_ ? ": some are missing" : ""));
    else if (!is_first && link->before != before_) problem(where + ": the line before it was changed, or this one was");
    next_ = link->number + 1;
    before_ = digest(text);
    if (head_ != nullptr && link->number == head_->last && before_ != head_->digest) problem(where + ": this is not the last line that the head of the record knows");
    Record record{.line = std::string(text), .time = {}, .event = {}};
    record.time = record.get("time");
    record.event = record.get("event");
    if (record.event == "break") problem(where + ": " + base::escape(record.get("what")) + ", seen at " + base::escape(record.time));
    out_.records.push_back(std::move(record));
  }

  const Head* head_;
  std::uint64_t next_ = 0; // 0: not known
  std::string before_;
  History out_;
};

} // namespace

std::string Record::get(std::string_view key) const { return field(line, key); }

base::Result<History> read(const base::AbsPath& state) {
  auto top = PrivateDir::open(state);
  auto directory = top ? top->open(directory_name) : std::move(top);
  if (!directory && directory.error().code == ENOENT) return History{};
  if (!directory) return directory.error();
  const auto lock = base::lock(*directory, lock_name, lock_patience_ms);
  if (!lock && lock.error().code != EROFS) return lock.error(); // what cannot be written, nobody writes
  TRY_ASSIGN(std::vector<std::string> names, directory->names());
  std::erase_if(names, [](const std::string& name) { return name != log_name && !is_rotated_name(name); });
  // log-N.jsonl sorts before log.jsonl: `-` comes before `.`.
  const auto text = directory->read(head_name, head_limit);
  const auto head = text ? parse_head(text->bytes) : std::nullopt;
  Reader reader(head ? &*head : nullptr);
  for (const std::string& name : names) {
    TRY_ASSIGN(const auto content, directory->read(name, 4 * largest_log));
    reader.file(name, content.bytes);
  }
  return std::move(reader).finish();
}

} // namespace psbc::audit
