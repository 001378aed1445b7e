// SPDX-License-Identifier: MIT
// The only door through which the compiler looks at the world. Each question is so small that its
// answer is one Fact: a build asks through FsRecorder (trace/), which writes the answers down, so the
// trace of a build is complete by construction. Nothing here changes the file system.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/path.h"
#include "base/result.h"

namespace psbc::base {

enum class Kind : std::uint8_t { absent, file, directory, symlink, other };
std::string_view to_string(Kind kind);

struct Ownership {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t mode = 0; // permission bits only
};

/// A part of a directory, in the order in which the file system lists it.
struct Glance {
  struct Entry { std::string name; Kind kind; };
  std::vector<Entry> entries; // sorted by name
  bool complete = true;       // false: there are others
};

class Fs {
 public:
  virtual ~Fs() = default;
  Fs() = default;
  Fs(const Fs&) = delete;
  Fs& operator=(const Fs&) = delete;

  /// What is at `path`, links not followed. A path that cannot be reached counts as absent.
  virtual Kind kind(const AbsPath& path) = 0;
  /// The whole content of a regular file, links followed; EFBIG when it is longer than `limit` bytes.
  virtual Result<std::string> read(const AbsPath& path, std::size_t limit) = 0;
  /// The text of a symlink.
  virtual Result<std::string> target(const AbsPath& path) = 0;
  /// The names in a directory, sorted by bytes, without `.` and `..`.
  virtual Result<std::vector<std::string>> names(const AbsPath& path) = 0;
  /// Those of `names` that a directory has, in the order of `names`; none when it cannot be listed. One
  /// question instead of many, and unlike `names` the answer stays when other names come and go.
  virtual std::vector<std::string> among(const AbsPath& path, const std::vector<std::string>& names) = 0;
  /// Is nothing at `path`, or only what psbc keeps a place with while a session runs: an empty directory, or a file
  /// that is empty or holds `.`? The answer stays when such a place comes and goes.
  virtual bool vacant(const AbsPath& path) = 0;
  /// Owner and permission bits, links not followed.
  virtual Result<Ownership> ownership(const AbsPath& path) = 0;
  /// Number of hard links of a file, links not followed; 0 when absent.
  virtual std::uint64_t link_count(const AbsPath& path) = 0;
  /// Device, inode, size, mtime and ctime as one opaque word: changes whenever the file may have
  /// changed. Only for files that belong to root, psbc's own binary, and glance and peek; empty when absent.
  virtual std::string stamp(const AbsPath& path) = 0;
  /// Paths below `root` (relative, sorted, links not followed into) that match `pattern`: `*`, `?`,
  /// `[...]` within one component, `**` for any number of components, dot files included. Directories
  /// named `.git` are not entered. E2BIG above `limit` matches.
  virtual Result<std::vector<std::string>> glob(const AbsPath& root, const std::string& pattern, std::size_t limit) = 0;
  /// Paths below `root` (relative, sorted) whose last component is one of `names` (separated by `/`): in `root`, or at
  /// most `depth` directories further down. Links are not followed, directories named `.git` not entered, and one that is
  /// vacant not counted: git looks past it. E2BIG above `limit`. Lists each directory above the last level; the last one is only asked for the names.
  virtual Result<std::vector<std::string>> find(const AbsPath& root, const std::string& names, std::size_t depth, std::size_t limit) = 0;
  /// The name (comm) of the program that listens at a unix socket; empty when nobody answers, or who does cannot be
  /// told. An Error when it is no socket. Connects, so it is asked when something is built and never to see whether
  /// something must be: what is recorded is that there is something.
  virtual Result<std::string> listener(const AbsPath& path) = 0;
  /// The output of `program --version`, run with an empty environment. `program` must be
  /// trustworthy; its stamp is the fact that is recorded.
  virtual Result<std::string> version_output(const AbsPath& program) = 0;
  /// The digest (base/digest.h) of a program that only root can change; its stamp is the fact that is recorded.
  virtual Result<std::string> program_digest(const AbsPath& program) = 0;

  // For the scan of exposed trees, which hold more than can be compared by content at each build: the stamp of what
  // was looked at is the fact that is recorded, and none where `settled` is false, because sessions write there.
  // The ctime in a stamp is the kernel's: whoever owns the file cannot set it back.
  /// At most `limit` entries of a directory.
  virtual Result<Glance> glance(const AbsPath& path, std::size_t limit, bool settled) = 0;
  /// The first `limit` bytes of a regular file, links not followed.
  virtual Result<std::string> peek(const AbsPath& path, std::size_t limit, bool settled) = 0;
};

/// The file system of this machine.
class RealFs : public Fs {
 public:
  Kind kind(const AbsPath& path) override;
  Result<std::string> read(const AbsPath& path, std::size_t limit) override;
  Result<std::string> target(const AbsPath& path) override;
  Result<std::vector<std::string>> names(const AbsPath& path) override;
  std::vector<std::string> among(const AbsPath& path, const std::vector<std::string>& names) override;
  bool vacant(const AbsPath& path) override;
  Result<Ownership> ownership(const AbsPath& path) override;
  std::uint64_t link_count(const AbsPath& path) override;
  std::string stamp(const AbsPath& path) override;
  Result<std::vector<std::string>> glob(const AbsPath& root, const std::string& pattern, std::size_t limit) override;
  Result<std::vector<std::string>> find(const AbsPath& root, const std::string& names, std::size_t depth, std::size_t limit) override;
  Result<std::string> listener(const AbsPath& path) override;
  Result<std::string> version_output(const AbsPath& program) override;
  Result<std::string> program_digest(const AbsPath& program) override;
  Result<Glance> glance(const AbsPath& path, std::size_t limit, bool settled) override;
  Result<std::string> peek(const AbsPath& path, std::size_t limit, bool settled) override;

 protected:
  /// The names in a directory, sorted, and whether each is a directory.
  using Listing = std::vector<std::pair<std::string, bool>>;
  // The two questions that most others come down to.
  struct Look { mode_t mode; nlink_t links; uid_t uid; gid_t gid; off_t size; }; // of lstat(2)
  virtual std::optional<Look> look(const AbsPath& path);
  virtual Result<Listing> list(const AbsPath& path);
};

/// The file system as this process first saw it: what a path is, and what is in a directory, is looked at once. For
/// the first millisecond of a command, in which the project is found and its build is judged; never for what is
/// done afterwards.
class FirstLook final : public RealFs {
 public:
  std::optional<Look> look(const AbsPath& path) override;
  Result<Listing> list(const AbsPath& path) override;

 private:
  // By hash: paths of one tree share their first forty bytes, which an order compares again and again.
  std::unordered_map<std::string, std::optional<Look>> looks_;
  std::unordered_map<std::string, Result<Listing>> listings_;
};

/// The same path without symlinks and `..`, by realpath(3); nothing when it leads nowhere. Relative to the current directory.
std::optional<AbsPath> real_path(const std::string& path);

/// The canonical path: every symlink resolved, asked component by component through `fs`. Components
/// that do not exist stay as they are. ELOOP after 40 links.
struct Resolved {
  AbsPath path;
  Kind kind;                    // of `path`: never symlink
  struct Link { AbsPath link; std::string target; };
  std::vector<Link> links;      // each symlink that was followed, in order
};
Result<Resolved> resolve(Fs& fs, const AbsPath& path);
/// The same for a path below one that is canonical already, which is not asked for again.
Result<Resolved> resolve_below(Fs& fs, const AbsPath& canonical, const std::string& relative);

} // namespace psbc::base
