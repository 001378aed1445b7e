// SPDX-License-Identifier: MIT
// What is hidden, or read-only within what may be written, while a sandbox runs. A mount covers what was there at entry.
// What replaces it on the host is not covered: a hidden file is visible inside then, and so is what appears under a hidden
// name later, and a process that polls has read it 0.1 ms after (THREATS B4); a guarded file can be written (D3: a checkout,
// an editor and `git config` outside replace by rename, and the kernel drops a mount with the name that it was on). Nobody
// can take that back, so it is told.
//
// Who made a file cannot be known: inotify names no process, and whatever else could be asked (who has it open, its
// times) code inside can forge. What was covered can only be replaced from outside; what was absent at entry may be
// the session's own file, and is told as that.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "runtime/name_watch.h"

namespace psbc::runtime {

struct Exposure {
  enum class How : std::uint8_t {
    replaced, // it was hidden at entry: somebody outside put another file in its place
    appeared, // nothing was there at entry: made outside, or by the session itself
    linked,   // it has a second name now, and that one may be visible
    unpinned, // it was read-only at entry: somebody outside put another file in its place
  } how = How::replaced;
  std::string path; // absolute
};

class ExposureWatch {
 public:
  /// Before the sandbox starts: what the mounts will cover is what is there now.
  explicit ExposureWatch(const emit::EnterPlan& plan);

  int descriptor() const { return names_.descriptor(); }
  /// For poll(2): 0 while directories wait to be watched, else -1.
  int timeout() const { return names_.has_work() ? 0 : -1; }
  /// To be called whenever poll(2) returned; what is new.
  std::vector<Exposure> look();
  /// When nothing of the sandbox is left: what no event told. Looks again at all names when the watch was partial.
  std::vector<Exposure> finish();

  /// Why nothing is told at once; empty when it is.
  const std::string& failure() const { return names_.failure(); }
  bool partial() const { return names_.partial() || !names_.failure().empty(); }

 private:
  struct Covered {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
  };
  ExposureWatch(const emit::EnterPlan& plan, const std::vector<std::string>& pins);
  /// What was covered, with what is there now.
  void compare(std::vector<Exposure>& found);
  void add(std::vector<Exposure>& found, Exposure::How how, const std::string& path);

  const std::vector<emit::WatchedName>& asked_;
  std::map<std::string, Covered> covered_; // hidden
  std::map<std::string, Covered> pinned_;
  std::set<std::string> told_;
  NameWatch names_;
};

/// Names that differ from a hidden one in upper and lower case alone and are the same file, because the file system knows
/// no case. A mount covers both where the kernel keeps one entry for them, and not where FUSE makes two: the first
/// process inside asks for these as well.
std::vector<std::string> case_twins(const std::vector<std::string>& hidden);

} // namespace psbc::runtime
