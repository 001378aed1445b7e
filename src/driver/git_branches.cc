// SPDX-License-Identifier: MIT
#include "driver/git_branches.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "base/text.h"
#include "driver/git_index.h"

namespace psbc::driver {
namespace {

using base::AbsPath;

constexpr std::size_t pointer_limit = 4096;
constexpr std::size_t packed_limit = 8U << 20U;
constexpr std::size_t branch_limit = 1000;
constexpr std::string_view heads = "refs/heads/";

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find_first_of(" \r\n"))); }

/// Where the branches are: another directory for a linked worktree.
AbsPath common_of(base::Fs& fs, const AbsPath& directory) {
  const auto text = fs.read(directory / "commondir", pointer_limit);
  if (!text) return directory;
  const std::string line = text->substr(0, text->find_first_of("\r\n"));
  char* const real = realpath((line.starts_with('/') ? line : directory.string() + "/" + line).c_str(), nullptr);
  const auto parsed = real != nullptr ? AbsPath::parse(real) : std::nullopt;
  free(real);
  return parsed ? *parsed : directory;
}

using Branches = std::map<std::string, std::string>; // "refs/heads/x": what it names

/// False when there are too many, or what cannot be read.
bool read_loose(base::Fs& fs, const AbsPath& directory, const std::string& prefix, Branches& found) {
  const auto names = fs.names(directory);
  if (!names) return names.error().code == ENOENT;
  for (const std::string& name : *names) {
    const AbsPath path = directory / name;
    const base::Kind kind = fs.kind(path);
    if (kind == base::Kind::directory) {
      if (!read_loose(fs, path, prefix + name + "/", found)) return false;
      continue;
    }
    const auto text = kind == base::Kind::file ? fs.read(path, pointer_limit) : base::Result<std::string>(base::Error{});
    if (!text || text->starts_with("ref:") || found.size() >= branch_limit) return false;
    found[prefix + name] = first_line(*text);
  }
  return true;
}

std::optional<Branches> branches_of(base::Fs& fs, const AbsPath& common) {
  Branches found;
  const auto packed = fs.read(common / "packed-refs", packed_limit);
  if (!packed && packed.error().code != ENOENT) return std::nullopt;
  if (packed)
    for (const std::string_view line : base::split(*packed, '\n')) {
      const auto space = line.find(' ');
      if (space == std::string_view::npos || !line.substr(space + 1).starts_with(heads)) continue;
      if (found.size() >= branch_limit) return std::nullopt;
      found[std::string(line.substr(space + 1))] = std::string(line.substr(0, space));
    }
  if (fs.kind(common / "reftable") != base::Kind::absent) return std::nullopt; // git 2.45: refs in a format of its own
  if (!read_loose(fs, common / "refs/heads", std::string(heads), found)) return std::nullopt; // they win
  return found;
}

/// Every local branch is at the commit that is checked out.
bool all_are_here(base::Fs& fs, const AbsPath& directory) {
  const auto branches = branches_of(fs, common_of(fs, directory));
  const auto head = fs.read(directory / "HEAD", pointer_limit);
  if (!branches || !head) return false;
  constexpr std::string_view symbolic = "ref: ";
  std::string here = head->substr(0, head->find_first_of("\r\n"));
  if (here.starts_with(symbolic)) {
    const auto branch = branches->find(here.substr(symbolic.size()));
    here = branch != branches->end() ? branch->second : std::string(); // no commit yet
  }
  for (const auto& [name, commit] : *branches)
    if (commit != here) return false;
  return true;
}

} // namespace

bool may_be_tracked(base::Fs& fs, const AbsPath& path) {
  const auto parts = path.components();
  if (std::find(parts.begin(), parts.end(), ".git") != parts.end()) return false; // git takes no such name (verify_path, CVE-2014-9390)
  const auto repository = repository_of(fs, path);
  if (!repository) return false;
  return is_tracked(fs, path, true) || !all_are_here(fs, repository->directory);
}

} // namespace psbc::driver
