// SPDX-License-Identifier: MIT
// Store::publish: the order of its steps is what makes a kill harmless (store.h).
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/digest.h"
#include "trace/check.h"
#include "trace/store.h"

namespace psbc::trace {
namespace {

using base::PrivateDir;

constexpr const char* current_name = "current";
constexpr const char* trace_name = "trace";
constexpr std::string_view generation_prefix = "gen-";
constexpr std::string_view temporary_prefix = "tmp.";

std::vector<OutputRecord> records_of(const std::vector<Output>& outputs) {
  std::vector<OutputRecord> out;
  out.reserve(outputs.size());
  for (const Output& output : outputs) out.push_back({output.name, output.mode, base::digest(output.bytes), {}});
  return out;
}

/// The name of a generation says what is in it.
std::string generation_name(const std::vector<OutputRecord>& records) {
  base::RecordWriter text("generation", 1);
  for (const OutputRecord& r : records) text.add({r.name, std::to_string(r.mode), r.digest});
  return std::string(generation_prefix) + base::digest(std::move(text).finish()).substr(0, 16);
}

/// A name that nobody uses; we hold the lock.
std::string free_name(const PrivateDir& directory) {
  for (unsigned n = 0;; ++n)
    if (std::string name = std::string(temporary_prefix) + std::to_string(n); !directory.has(name))
      return name;
}

/// Takes the name first, so that what is called gen-* is never half of one.
base::Status retire(const PrivateDir& directory, const std::string& name) {
  const std::string aside = free_name(directory);
  TRY(directory.rename(name, aside));
  (void)directory.remove(aside); // the next build tries again
  return base::ok();
}

/// Removes what is not `keep`, not `previous`, and of our making. Best effort: the build stands.
void sweep(const PrivateDir& directory, const std::string& keep, const std::string& previous) {
  const auto names = directory.names();
  if (!names) return;
  for (const std::string& name : *names) {
    if (name.starts_with(temporary_prefix) || (name.starts_with('.') && name.ends_with(".tmp")))
      (void)directory.remove(name);
    else if (name.starts_with(generation_prefix) && !keep.empty() && name != keep && name != previous)
      (void)retire(directory, name);
  }
}

/// Writes a directory with all outputs and the trace. Files that `last` holds already, whole, become a
/// second name of the same file: their inode and mtime stay.
/// The outputs are synced before anything points to them: an empty profile after a power cut would be
/// a firejail without rules for those who start it by hand. A trace may tear, it is sealed; and the
/// renames that follow may be lost, but not overtake each other.
base::Status write_generation(const PrivateDir& generation, const std::vector<Output>& outputs, const std::vector<bool>& intact,
                              const PrivateDir* last, Trace trace) {
  std::vector<base::Fd> files;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (intact[i] && generation.link_from(*last, outputs[i].name)) continue;
    TRY_ASSIGN(base::Fd file, generation.create(outputs[i].name, outputs[i].bytes, outputs[i].mode));
    files.push_back(std::move(file));
  }
  for (OutputRecord& record : trace.outputs) record.stamp = generation.stamp(record.name);
  TRY_ASSIGN(const base::Fd sealed, generation.create(trace_name, write_trace(trace), 0600));
  for (const base::Fd& written : files)
    if (fsync(written.get()) != 0) return base::system_error("write", generation.path().string());
  return generation.sync();
}

base::Error with_hint(base::Error error) {
  if (!error.hint.empty()) return error;
  switch (error.code) {
    case ENOSPC:
    case EDQUOT: error.hint = "free some space; the last build is as it was"; break;
    case EROFS:
    case EACCES:
    case EPERM: error.hint = "make it writable for you, or set XDG_STATE_HOME to a directory that is"; break;
    default: break;
  }
  return error;
}

bool is_valid(const Output& output) {
  return !output.name.empty() && output.name.front() != '.' && output.name != trace_name &&
         output.name.find('/') == std::string::npos;
}

} // namespace

base::Result<Published> Store::publish(const Lock& lock, std::vector<Output> outputs, const Facts& facts,
                                       const World& world, const base::AbsPath& home) const {
  const PrivateDir& directory = lock.directory_;
  std::sort(outputs.begin(), outputs.end(), [](const Output& a, const Output& b) { return a.name < b.name; });
  for (std::size_t i = 0; i < outputs.size(); ++i)
    if (!is_valid(outputs[i]) || (i > 0 && outputs[i].name == outputs[i - 1].name))
      return base::Error{.operation = "publish",
                         .object = outputs[i].name,
                         .code = EINVAL,
                         .cause = "that is not a name for an output",
                         .hint = {}};

  Trace trace{.facts = {}, .outputs = records_of(outputs), .moved = false};
  trace.facts.reserve(world.constants.size() + facts.size());
  note_constants(trace.facts, world.constants);
  for (const Fact& fact : facts)
    if (fact.kind != FactKind::constant) trace.facts.push_back(fact);
  Published published{.directory = path_, .written = {}, .trace_written = true, .moved = {}};
  for (const Difference& difference : differences(trace.facts, world))
    published.moved.push_back(explain(difference, world.fs, home));
  trace.moved = !published.moved.empty();

  TRY_ASSIGN(const std::optional<Current> last, current());
  const PrivateDir* files = last ? last->files() : nullptr;
  std::vector<bool> intact;
  for (const OutputRecord& record : trace.outputs) {
    intact.push_back(files != nullptr && !damage(*files, record));
    if (!intact.back()) published.written.push_back(record.name);
  }

  // The same bytes: the generation stays, and only what is known about it changes.
  std::string name = generation_name(trace.outputs);
  const bool same = last && (last->generation() == name || last->generation() == name + ".1");
  if (same && published.written.empty()) {
    published.directory = last->directory();
    for (OutputRecord& record : trace.outputs) record.stamp = files->stamp(record.name);
    const std::string text = write_trace(trace);
    const auto known = files->read(trace_name, text.size());
    if (known && known->bytes == text && known->mode == 0600)
      published.trace_written = false;
    else if (auto replaced = files->replace(trace_name, text); !replaced)
      return with_hint(replaced.error());
    sweep(directory, "", "");
    return published;
  }

  // A damaged generation of the same bytes keeps its name, as `current` still leads there.
  if (last && last->generation() == name) name += ".1";
  const auto write = [&]() -> base::Status {
    sweep(directory, "", "");
    const std::string temporary = free_name(directory);
    TRY_ASSIGN(const PrivateDir generation, directory.make(temporary));
    TRY(write_generation(generation, outputs, intact, files, trace));
    if (directory.has(name)) TRY(retire(directory, name));
    TRY(directory.rename(temporary, name));
    // Something that is no link, a directory say, cannot be replaced by rename.
    if (directory.has(current_name) && !directory.target(current_name)) TRY(retire(directory, current_name));
    return directory.point(current_name, name);
  };
  if (auto written = write(); !written) {
    sweep(directory, "", "");
    return with_hint(written.error());
  }
  sweep(directory, name, last ? last->generation() : "");
  published.directory = path_ / name;
  return published;
}

} // namespace psbc::trace
