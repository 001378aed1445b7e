// SPDX-License-Identifier: MIT
// Where builds are kept: <state>/builds/<id>/ with
//
//   lock                 one build at a time
//   current              -> gen-<digest of the outputs>
//   gen-<digest>/        the outputs and `trace`; the last two generations
//   tmp.*                being written, or being removed
//   inside/              what the sandbox may see of all this; not ours, and never swept
//
// A generation gets its name when it is whole and on disk, `current` moves by one rename, and a
// generation is renamed before it is removed. So a kill at any instant leaves the old generation or
// the new one, and what is called gen-* is as psbc wrote it. The trace is in the generation that it
// speaks of: it cannot be about other outputs. It alone is replaced in place, atomically, when other
// facts lead to the same bytes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/private_dir.h"
#include "trace/trace.h"

namespace psbc::trace {

struct Output {
  std::string name; // a single component, other than `trace`
  mode_t mode = 0600;
  std::string bytes;
};

/// Why an output in a generation is not what was written; nothing when it is.
std::optional<std::string> damage(const base::PrivateDir& generation, const OutputRecord& output);

/// The generation that `current` points to.
class Current {
 public:
  const std::string& generation() const { return generation_; }
  const base::AbsPath& directory() const { return path_; }
  base::RecordsState state() const { return state_; }
  const Trace& trace() const { return trace_; }
  /// Nothing when it is not a directory that can be believed.
  const base::PrivateDir* files() const { return files_ ? &*files_ : nullptr; }
  /// The bytes of an output, if they are those that were written: what was judged is what is used.
  base::Result<std::string> read(const std::string& output) const;

 private:
  friend class Store;
  explicit Current(std::string generation, base::AbsPath path)
      : generation_(std::move(generation)), path_(std::move(path)) {}
  std::string generation_;
  base::AbsPath path_;
  std::optional<base::PrivateDir> files_;
  base::RecordsState state_ = base::RecordsState::damaged;
  Trace trace_;
};

/// The right to publish. Whoever waited for it asks current() again: the other one may have built.
class Lock {
 private:
  friend class Store;
  friend base::Status remove_build(const base::AbsPath& state_root, const std::string& id);
  Lock(base::PrivateDir directory, base::Fd file)
      : directory_(std::move(directory)), file_(std::move(file)) {}
  base::PrivateDir directory_;
  base::Fd file_;
};

struct Published {
  base::AbsPath directory;          // of the generation
  std::vector<std::string> written; // names of the outputs that are new or were not as recorded
  bool trace_written = false;
  std::vector<std::string>
      moved; // what changed during the build, as sentences: the next build will be a full one
};

class Store {
 public:
  /// Touches nothing. EINVAL when `id` is no name for a build.
  static base::Result<Store> open(const base::AbsPath& state_root, const std::string& id);

  /// Nothing before the first build. Makes nothing: `--check` must not. State directories that are
  /// links, belong to others or are open to them are an Error with a hint, here and in lock().
  base::Result<std::optional<Current>> current() const;
  /// Makes the directories, and waits for the other builder for at most `wait_ms`.
  base::Result<Lock> lock(int wait_ms = 2000) const;
  /// Makes `outputs` the current generation. Bytes that are there already are not written again: not
  /// the generation when all are the same, not the single file when others differ. `facts` are what the recorders noted, and are asked once more
  /// before; the constants of `world` are added to them.
  base::Result<Published> publish(const Lock& lock, std::vector<Output> outputs, const Facts& facts,
                                  const World& world, const base::AbsPath& home) const;

  base::AbsPath directory() const { return path_; }
  base::AbsPath current_directory() const { return path_ / "current"; }

 private:
  friend base::Status remove_build(const base::AbsPath& state_root, const std::string& id);
  Store(base::AbsPath builds, std::string id)
      : builds_(std::move(builds)), id_(std::move(id)), path_(builds_ / id_) {}
  base::AbsPath builds_;
  std::string id_;
  base::AbsPath path_;
};

/// The ids of all builds, sorted.
base::Result<std::vector<std::string>> list_builds(const base::AbsPath& state_root);
/// Removes a build with all its generations, under its lock. Nothing there is fine.
base::Status remove_build(const base::AbsPath& state_root, const std::string& id);

} // namespace psbc::trace
