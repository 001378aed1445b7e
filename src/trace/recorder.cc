// SPDX-License-Identifier: MIT
#include "trace/recorder.h"

namespace psbc::trace {
namespace {

/// The remembered answer; else asks, and lets `note` write the new answer down.
template <class Answers, class Ask, class Note>
const typename Answers::mapped_type& once(Answers& known, const typename Answers::key_type& key, const Ask& ask, const Note& note) {
  auto found = known.find(key);
  if (found == known.end()) {
    found = known.emplace(key, ask()).first;
    note(found->second);
  }
  return found->second;
}

} // namespace

base::Kind FsRecorder::kind(const base::AbsPath& path) {
  return once(
      kinds_, path.string(), [&] { return world_.kind(path); },
      [&](base::Kind answer) {
        facts_.push_back({FactKind::kind, path.string(), "", word(answer)});
      });
}

base::Result<std::string> FsRecorder::read(const base::AbsPath& path, std::size_t limit) {
  return once(
      contents_, {path, limit}, [&] { return world_.read(path, limit); },
      [&](const auto& answer) {
        facts_.push_back({FactKind::file, path.string(), std::to_string(limit), word(answer)});
      });
}

base::Result<std::string> FsRecorder::target(const base::AbsPath& path) {
  return once(
      targets_, path.string(), [&] { return world_.target(path); },
      [&](const auto& answer) {
        facts_.push_back({FactKind::target, path.string(), "", word_of_target(answer)});
      });
}

base::Result<std::vector<std::string>> FsRecorder::names(const base::AbsPath& path) {
  return once(
      names_, path.string(), [&] { return world_.names(path); },
      [&](const auto& answer) {
        facts_.push_back({FactKind::names, path.string(), "", word(answer)});
      });
}

std::vector<std::string> FsRecorder::among(const base::AbsPath& path, const std::vector<std::string>& names) {
  return once(
      found_, {path, names}, [&] { return world_.among(path, names); },
      [&](const auto& answer) {
        std::string question;
        for (const std::string& name : names) question += (question.empty() ? "" : "/") + name;
        facts_.push_back({FactKind::among, path.string(), question, word_of_found(answer)});
      });
}

bool FsRecorder::vacant(const base::AbsPath& path) {
  return once(
      vacant_, path.string(), [&] { return world_.vacant(path); },
      [&](bool answer) {
        facts_.push_back({FactKind::vacant, path.string(), "", std::string(word_of_vacant(answer))});
      });
}

base::Result<base::Ownership> FsRecorder::ownership(const base::AbsPath& path) {
  return once(
      ownerships_, path.string(), [&] { return world_.ownership(path); },
      [&](const auto& answer) {
        facts_.push_back({FactKind::ownership, path.string(), "", word(answer)});
      });
}

std::uint64_t FsRecorder::link_count(const base::AbsPath& path) {
  return once(
      link_counts_, path.string(), [&] { return world_.link_count(path); },
      [&](std::uint64_t answer) {
        facts_.push_back({FactKind::links, path.string(), "", std::to_string(answer)});
      });
}

std::string FsRecorder::stamp(const base::AbsPath& path) {
  return once(
      stamps_, path.string(), [&] { return world_.stamp(path); },
      [&](const std::string& answer) {
        facts_.push_back({FactKind::stamp, path.string(), "", word_of_stamp(answer)});
      });
}

base::Result<std::vector<std::string>> FsRecorder::glob(const base::AbsPath& root, const std::string& pattern,
                                                        std::size_t limit) {
  return once(
      globs_, {root, pattern, limit}, [&] { return world_.glob(root, pattern, limit); },
      [&](const auto& answer) {
        facts_.push_back(
            {FactKind::glob, root.string(), std::to_string(limit) + " " + pattern, word(answer)});
      });
}

base::Result<std::vector<std::string>> FsRecorder::find(const base::AbsPath& root, const std::string& names, std::size_t depth,
                                                        std::size_t limit) {
  const std::string question = std::to_string(limit) + " " + std::to_string(depth) + " " + names;
  return once(
      finds_, {root, question, limit}, [&] { return world_.find(root, names, depth, limit); },
      [&](const auto& answer) {
        facts_.push_back({FactKind::find, root.string(), question, word(answer)});
      });
}

base::Result<std::string> FsRecorder::listener(const base::AbsPath& path) {
  kind(path);
  return world_.listener(path);
}

base::Result<std::string> FsRecorder::version_output(const base::AbsPath& program) {
  stamp(program);
  return once(
      versions_, program.string(), [&] { return world_.version_output(program); }, [](const auto&) {});
}

base::Result<std::string> FsRecorder::program_digest(const base::AbsPath& program) {
  stamp(program);
  return once(
      digests_, program.string(), [&] { return world_.program_digest(program); }, [](const auto&) {});
}

base::Result<base::Glance> FsRecorder::glance(const base::AbsPath& path, std::size_t limit, bool settled) {
  if (settled) stamp(path);
  return world_.glance(path, limit, settled);
}

base::Result<std::string> FsRecorder::peek(const base::AbsPath& path, std::size_t limit, bool settled) {
  if (settled) stamp(path);
  return world_.peek(path, limit, settled);
}

std::optional<std::string> EnvRecorder::get(std::string_view name) const {
  auto value = world_.get(name);
  if (noted_.emplace(name).second) facts_.push_back({FactKind::env, name, "", word(value)});
  return value;
}

} // namespace psbc::trace
