// SPDX-License-Identifier: MIT
#include "trace/store.h"

#include <algorithm>
#include <cerrno>

#include "base/lock.h"
#include "base/digest.h"
#include "base/text.h"

namespace psbc::trace {
namespace {

using base::PrivateDir;

constexpr const char* current_name = "current";
constexpr const char* lock_name = "lock";
constexpr const char* trace_name = "trace";
constexpr std::size_t trace_limit = 4 << 20;
constexpr std::size_t output_limit = 16 << 20;
constexpr std::string_view removed_prefix = ".removed-";

bool is_build_id(std::string_view id) {
  return !id.empty() && id.size() <= 200 && id.front() != '.' && id.find('/') == std::string_view::npos &&
         id.find('\0') == std::string_view::npos;
}

/// The directory, or nothing when it does not exist.
base::Result<std::optional<PrivateDir>> existing(base::Result<PrivateDir> opened) {
  if (opened) return std::optional<PrivateDir>(std::move(*opened));
  if (opened.error().code == ENOENT) return std::optional<PrivateDir>();
  return opened.error();
}

/// <state>/builds; the top is checked first, since whoever can write there can replace what is below.
base::Result<PrivateDir> open_builds(const base::AbsPath& builds) {
  TRY_ASSIGN(const PrivateDir top, PrivateDir::open(builds.parent()));
  return top.open(std::string(builds.name()));
}

} // namespace

std::optional<std::string> damage(const PrivateDir& generation, const OutputRecord& output) {
  // What is used is read, and then its digest decides (Current::read): here an edit is to be noticed and put right.
  if (!output.stamp.empty() && generation.stamp(output.name) == output.stamp) return std::nullopt;
  const std::string name = "the output " + base::escape(output.name);
  const auto content = generation.read(output.name, output_limit);
  if (!content) {
    switch (content.error().code) {
      case ENOENT: return name + " was deleted";
      case ELOOP: return name + " was replaced by a link";
      case EISDIR: return name + " was replaced by a directory";
      case EINVAL:
      case ENXIO: return name + " was replaced by something that is not a file";
      case EPERM: return name + " belongs to another user now";
      case EACCES: return name + " was made unreadable";
      case EFBIG: return name + " was edited";
      default: return name + " cannot be used: " + base::describe(content.error());
    }
  }
  if (base::digest(content->bytes) != output.digest) return name + " was edited";
  if (content->mode != output.mode) return "the mode of " + name + " was changed";
  return std::nullopt;
}

base::Result<std::string> Current::read(const std::string& output) const {
  const auto fail = [&](int code, std::string cause) -> base::Error {
    return {.operation = "use",
            .object = (path_ / output).string(),
            .code = code,
            .cause = std::move(cause),
            .hint = "psbc build --force"};
  };
  const auto record = std::find_if(trace_.outputs.begin(), trace_.outputs.end(),
                                   [&](const OutputRecord& r) { return r.name == output; });
  if (!files_ || record == trace_.outputs.end()) return fail(ENOENT, "the last build did not make it");
  TRY_ASSIGN(PrivateDir::Content content, files_->read(output, output_limit));
  if (base::digest(content.bytes) != record->digest) return fail(0, "it was changed after the build");
  return std::move(content.bytes);
}

base::Result<Store> Store::open(const base::AbsPath& state_root, const std::string& id) {
  if (!is_build_id(id))
    return base::Error{.operation = "use the build",
                       .object = id,
                       .code = EINVAL,
                       .cause = "that is not the id of a build",
                       .hint = "psbc list"};
  return Store(state_root / "builds", id);
}

base::Result<std::optional<Current>> Store::current() const {
  TRY_ASSIGN(const std::optional<PrivateDir> builds, existing(open_builds(builds_)));
  if (!builds) return std::optional<Current>();
  TRY_ASSIGN(const std::optional<PrivateDir> directory, existing(builds->open(id_)));
  if (!directory || !directory->has(current_name)) return std::optional<Current>();

  const auto target = directory->target(current_name);
  // Anything but the name of a generation beside it is not our link.
  const bool ours = target && target->starts_with("gen-") && target->find('/') == std::string::npos;
  Current out(ours ? *target : "", ours ? path_ / *target : current_directory());
  if (!ours) return std::optional(std::move(out));
  auto files = directory->open(out.generation_);
  if (!files) return std::optional(std::move(out));
  out.files_ = std::move(*files);
  if (auto text = out.files_->read(trace_name, trace_limit)) {
    ReadTrace read = read_trace(std::move(text->bytes));
    out.state_ = read.state;
    out.trace_ = std::move(read.trace);
  }
  return std::optional(std::move(out));
}

base::Result<Lock> Store::lock(int wait_ms) const {
  for (;;) {
    TRY_ASSIGN(const PrivateDir top, PrivateDir::make(builds_.parent()));
    TRY_ASSIGN(const PrivateDir builds, top.make(std::string(builds_.name())));
    TRY_ASSIGN(PrivateDir directory, builds.make(id_));
    auto file = base::lock(directory, lock_name, wait_ms);
    if (!file && file.error().code != ENOENT) return file.error();
    if (file) {
      const auto named = builds.open(id_);
      if (named && named->is(directory)) return Lock(std::move(directory), std::move(*file));
    }
    // `psbc clean` took the directory away while we waited: make a new one.
  }
}

base::Result<std::vector<std::string>> list_builds(const base::AbsPath& state_root) {
  TRY_ASSIGN(const std::optional<PrivateDir> builds, existing(open_builds(state_root / "builds")));
  if (!builds) return std::vector<std::string>{};
  TRY_ASSIGN(std::vector<std::string> names, builds->names());
  std::erase_if(names, [](const std::string& name) { return !is_build_id(name); });
  return names;
}

base::Status remove_build(const base::AbsPath& state_root, const std::string& id) {
  TRY_ASSIGN(const Store store, Store::open(state_root, id));
  TRY_ASSIGN(const std::optional<PrivateDir> builds, existing(open_builds(store.builds_)));
  if (!builds) return base::ok();
  // What a killed one left behind.
  const std::string removed = std::string(removed_prefix) + id;
  TRY(builds->remove(removed));
  if (!builds->has(id)) return base::ok();
  TRY_ASSIGN(const Lock lock, store.lock());
  TRY(builds->rename(id, removed));
  return builds->remove(removed);
}

} // namespace psbc::trace
