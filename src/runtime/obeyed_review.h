// SPDX-License-Identifier: MIT
// What sessions left among the files that the host's tools obey unasked, until the user has looked at it.
//
//   <state>/review/<id>/lock          held while one of these files is read or written
//   <state>/review/<id>/<pid>         what was there before a session: written before its first foreign instruction, and
//                                     locked while psbc runs. One that nobody locks is of a psbc that was killed
//   <state>/review/<id>/known         what was there at the last look: content is not read again while the stamp is the same
//   <state>/review/<id>/pending       what changed, with how it was before the first change that nobody accepted
//   <state>/review/<id>/contents/…    the earlier contents, by their digests: at most 256 KiB of a file, 16 MiB of a look
//
// Who changed a file cannot be known: what somebody changed outside while a session ran is told as well, and of two
// sessions that run at once both tell it.
#pragma once

#include <optional>

#include "base/private_dir.h"
#include "runtime/obeyed_scan.h"

namespace psbc::runtime {

struct ObeyedChange {
  enum class How : std::uint8_t { appeared, changed, vanished } how = How::appeared;
  std::string path; // absolute
  std::string guard;
};

struct ObeyedReport {
  std::vector<ObeyedChange> changes{};
  bool complete = true;    // false: there was more than is looked at
  bool after_kill = false; // of a session whose psbc was killed
};

/// One change that waits for the user.
struct PendingChange {
  std::string path;
  Obeyed before; // `what` is empty when nothing was there
  std::string
      seen; // `what` of the file when it was last shown; empty when it never was, "nothing" when nothing was there
};

/// For PendingChange::seen.
std::string seen_as(const Obeyed& now);

class ObeyedReview {
 public:
  /// Makes the directory.
  static base::Result<ObeyedReview> open(const base::AbsPath& state, const std::string& id);

  /// Before the first foreign instruction.
  base::Status begin(const ScanRequest& request);
  /// After the last. Nothing when `begin` was not called.
  base::Result<ObeyedReport> finish();
  /// For each session whose psbc was killed; to be called when a session begins, and before anything is shown.
  base::Result<ObeyedReport> recover();

  struct Shown {
    PendingChange change;
    Obeyed now;
    std::optional<std::string> bytes_before, bytes_now; // where there is a copy of the first
  };
  /// Sorted by path; what is again as it was before is forgotten. `mark`: these were shown to the user.
  base::Result<std::vector<Shown>> pending(bool mark);
  /// The state as it is shall be. An Error when the file is not as it was shown.
  base::Status accept(const std::vector<std::string>& paths);
  /// The earlier state again. An Error when the file is not as it was shown, or no copy of it was kept.
  base::Status restore(const std::string& path);

 private:
  explicit ObeyedReview(base::PrivateDir directory) : directory_(std::move(directory)) {}
  struct Look {
    ScanRequest request{};
    Scan scan{};
  };
  struct List {
    std::vector<std::string> trees{};
    std::vector<PendingChange> changes{};
  };
  base::Result<base::Fd> lock() const;
  base::Result<Look> read_look(const std::string& name) const;
  static std::string serialise(const Look& look);
  base::Status put(const std::string& name, std::string_view bytes) const;
  base::Result<List> read_pending() const;
  base::Status write_pending(const List& list) const;
  KeepContent keeper(const base::PrivateDir& contents) const;
  std::optional<std::string> content(const std::string& what) const;
  base::Result<ObeyedReport> compare(const Look& before) const;
  void sweep() const;

  base::PrivateDir directory_;
  base::Fd own_; // this session's look, locked
  Look before_;
};

} // namespace psbc::runtime
