// SPDX-License-Identifier: MIT
// What the host's tools obey unasked (base/guards.h) in the directories that a session may write: looked at before the
// first foreign instruction and after the last one (THREATS D4 to D6). Both looks are whole walks: of what a session could
// choose nothing decides. The ctime, which it cannot set, does when it is old and the same: of a file that its content is
// what it was, of a directory that it holds the same names.
//
// Links are never followed out of such a directory, and nothing is opened but directories and regular files. What is
// near the top comes first, so that a session which makes more than is looked at hides what is deep, and is told.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

/// What is looked at. Paths are absolute and canonical.
struct ScanRequest {
  std::vector<std::string> trees; // the project, and what else of the developer's a session may write
  std::vector<std::string> git_directories; // elsewhere: of the repository around, of a linked worktree
  std::vector<std::string> extra;           // `[protect] extra`
  std::vector<std::string> hidden;          // is not there inside: cannot change, and is not read
  bool operator==(const ScanRequest&) const = default;
};
ScanRequest scan_request(const emit::EnterPlan& plan);

/// One file or link that is obeyed. Two of the same `what` are the same to who obeys them.
struct Obeyed {
  std::string guard; // the name of its row; "[protect] extra"
  std::string what;  // "file 644 DIGEST", "link 777 DIGEST", "large 644 STAMP", ...; empty: nothing is there
  std::string stamp; // the same at two looks: the same content. Empty: cannot be known
  std::uint64_t size = 0; // bytes
};
using ObeyedFiles = std::map<std::string, Obeyed>; // by absolute path

/// A directory as it was when it was looked at; only such as had not changed for a while.
struct Listing {
  struct Entry {
    std::string name;
    unsigned char type = 0; // DT_DIR and others, readdir(3)
  };
  std::string stamp;          // as of a file, and of which entries were of interest
  std::vector<Entry> entries; // those
  std::size_t count = 0;      // of all
};
using Listings = std::unordered_map<std::string, Listing>; // by absolute path

struct Scan {
  ObeyedFiles files{};
  Listings listings{}; // in memory alone
  bool complete =
      true; // false: 200,000 entries, 5,000 obeyed files, 16 MiB of them, or half a second were not enough
};

using KeepContent = std::function<void(const std::string& digest, std::string_view bytes)>;

/// `known`: an earlier look; what it read is not read again where the stamp is the same. `keep` gets what is small enough to
/// be kept.
Scan scan_obeyed(const ScanRequest& request, const Scan& known, const KeepContent& keep);

/// What is at one path now, no directory on the way a link; `what` is empty for nothing. As a scan of these trees sees what
/// a row obeys. `bytes`: its content, or the text of a link.
Obeyed look_at(const std::string& path, std::string_view guard, const std::vector<std::string>& trees,
               std::string* bytes = nullptr);

/// A directory of which no component is a link; errno says why not.
base::Fd open_real_directory(const std::string& path);

constexpr std::size_t largest_kept = 256U << 10U; // bytes of a file of which a copy is kept

} // namespace psbc::runtime
