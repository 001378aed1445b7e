// SPDX-License-Identifier: MIT
#include "driver/git_branches.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <string>

#include "base/digest.h"
#include "base/private_dir.h"
#include "base/text.h"
#include "driver/git_index.h"
#include "driver/git_question.h"
#include "policy/gitconfig.h"

namespace psbc::driver {
namespace {

using base::AbsPath;

constexpr std::size_t pointer_limit = 4096;
constexpr std::size_t packed_limit = 8U << 20U;
constexpr std::size_t branch_limit = 1000;
constexpr std::size_t settings_limit = 1U << 20U;
constexpr std::size_t question_limit = 60U << 10U; // what a pipe takes
constexpr const char* cache_name = "branches";
constexpr std::string_view heads = "refs/heads/";

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find_first_of(" \r\n"))); }

/// Where the branches are: another directory for a linked worktree.
AbsPath common_of(base::Fs& fs, const AbsPath& directory) {
  const auto text = fs.read(directory / "commondir", pointer_limit);
  if (!text) return directory;
  const std::string line = text->substr(0, text->find_first_of("\r\n"));
  return base::real_path(line.starts_with('/') ? line : directory.string() + "/" + line).value_or(directory);
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

/// The commits of local branches that are elsewhere than what is checked out; nothing when that is not certain.
std::optional<std::set<std::string>> other_tips(base::Fs& fs, const AbsPath& directory) {
  const auto branches = branches_of(fs, common_of(fs, directory));
  const auto head = fs.read(directory / "HEAD", pointer_limit);
  if (!branches || !head) return std::nullopt;
  constexpr std::string_view symbolic = "ref: ";
  std::string here = head->substr(0, head->find_first_of("\r\n"));
  if (here.starts_with(symbolic)) {
    const auto branch = branches->find(here.substr(symbolic.size()));
    here = branch != branches->end() ? branch->second : std::string(); // no commit yet
  }
  std::set<std::string> tips;
  for (const auto& [name, commit] : *branches) {
    if (commit.empty() || commit.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
    if (commit != here) tips.insert(commit);
  }
  return tips;
}

/// What a partial clone lacks looks like what is not there.
bool is_whole(base::Fs& fs, const AbsPath& directory) {
  const auto text = fs.read(common_of(fs, directory) / "config", settings_limit);
  if (!text) return false;
  const auto entries = policy::parse_gitconfig(*text);
  return std::none_of(entries.begin(), entries.end(), [](const policy::GitEntry& entry) { return entry.key == "promisor" || entry.key == "partialclone"; });
}

/// Which of `names`, relative to the tree, one of these commits has; nothing when git cannot say.
std::optional<std::set<std::string>> held_by(const AbsPath& tree, const std::set<std::string>& tips, const std::vector<std::string>& names) {
  std::string question;
  if (std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.find('\n') != std::string::npos; })) return std::nullopt;
  for (const std::string& tip : tips)
    for (const std::string& name : names) question += tip + ":" + name + "\n";
  if (question.size() > question_limit) return std::nullopt;
  const auto said = ask_git(tree, {"cat-file", "--batch-check"}, question);
  if (!said || said->status != 0) return std::nullopt;
  const std::vector<std::string_view> lines = base::split(said->out, '\n');
  if (lines.size() != tips.size() * names.size() + 1) return std::nullopt;
  std::set<std::string> held;
  for (std::size_t at = 0; at + 1 < lines.size(); ++at)
    if (!lines[at].ends_with(" missing")) held.insert(names[at % names.size()]);
  return held;
}

/// The same, from the answer to the same question at an earlier time.
std::optional<std::set<std::string>> held(const AbsPath& tree, const std::set<std::string>& tips, const std::vector<std::string>& names, const AbsPath& cache) {
  std::string key = tree.string() + '\0';
  for (const std::string& tip : tips) key += tip + '\n';
  for (const std::string& name : names) key += name + '\0';
  const std::string head = base::digest(key) + "\n";
  const auto directory = base::PrivateDir::open(cache);
  if (const auto known = directory ? directory->read(cache_name, settings_limit) : base::Result<base::PrivateDir::Content>(base::Error{});
      known && known->bytes.starts_with(head)) {
    std::set<std::string> out;
    for (const std::string_view name : base::split(std::string_view(known->bytes).substr(head.size()), '\0'))
      if (!name.empty()) out.insert(std::string(name));
    return out;
  }
  auto found = held_by(tree, tips, names);
  if (found && directory) {
    std::string text = head;
    for (const std::string& name : *found) text += name + '\0';
    static_cast<void>(directory->replace(cache_name, text)); // else git is asked again
  }
  return found;
}

} // namespace

std::set<AbsPath> possibly_tracked(base::Fs& fs, const std::vector<AbsPath>& paths, const AbsPath& cache) {
  std::set<AbsPath> out;
  std::map<AbsPath, std::pair<Repository, std::vector<AbsPath>>> by_tree;
  for (const AbsPath& path : paths) {
    const auto parts = path.components();
    if (std::find(parts.begin(), parts.end(), ".git") != parts.end()) continue; // git takes no such name (verify_path, CVE-2014-9390)
    const auto repository = repository_of(fs, path);
    if (!repository) continue;
    if (is_tracked(fs, path, true)) out.insert(path);
    else by_tree.try_emplace(repository->tree, *repository, std::vector<AbsPath>()).first->second.second.push_back(path);
  }
  for (const auto& [tree, group] : by_tree) {
    const auto& [repository, members] = group;
    const auto tips = other_tips(fs, repository.directory);
    if (tips && tips->empty()) continue;
    std::vector<std::string> names;
    for (const AbsPath& path : members) names.push_back(path.relative_to(tree));
    const auto found = tips && is_whole(fs, repository.directory) ? held(tree, *tips, names, cache) : std::nullopt;
    for (const AbsPath& path : members)
      if (!found || found->contains(path.relative_to(tree))) out.insert(path);
  }
  return out;
}

} // namespace psbc::driver
