// SPDX-License-Identifier: MIT
#include "cli/inside_git_places.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.h"
#include "base/fs.h"
#include "base/glob.h"
#include "cli/context.h"

namespace psbc::cli {
namespace {

constexpr int excludes_fd = 8;
constexpr std::size_t excludes_limit = 1U << 20U;

/// As patterns of gitignore(5).
Words places_in(const std::string& top) {
  base::RealFs fs;
  Words out;
  for (const std::string& mount : read_only_mounts()) {
    const auto path = mount.starts_with(top + "/") ? base::AbsPath::parse(mount) : std::nullopt;
    const auto names = path ? fs.names(*path) : base::Result<std::vector<std::string>>(base::Error{});
    if (names && names->empty()) out.push_back(base::literal_glob(mount.substr(top.size())) + "/");
  }
  return out;
}

/// Beside what is excluded already: git takes one file, and a file without a name leaves nothing behind.
bool exclude(const GitLine& git, const Words& places) {
  std::string file = git.line({"config", "--get", "--path", "core.excludesFile"});
  if (const char* const home = getenv("HOME"); file.empty() && home != nullptr) file = std::string(home) + "/.config/git/ignore"; // gitignore(5)
  base::RealFs fs;
  const auto path = base::AbsPath::parse(file);
  const auto before = path ? fs.read(*path, excludes_limit) : base::Result<std::string>(base::Error{});
  std::string text = before ? *before + "\n" : std::string();
  for (const std::string& place : places) text += place + "\n";
  const base::Fd memory(memfd_create("git-excludes", MFD_CLOEXEC));
  if (!memory || !base::write_all(memory.get(), text, "git") || dup2(memory.get(), excludes_fd) != excludes_fd) return false;
  const char* const counted = getenv("GIT_CONFIG_COUNT"); // git 2.31
  const int count = counted != nullptr ? atoi(counted) : 0;
  setenv(("GIT_CONFIG_KEY_" + std::to_string(count)).c_str(), "core.excludesFile", 1);
  setenv(("GIT_CONFIG_VALUE_" + std::to_string(count)).c_str(), ("/proc/self/fd/" + std::to_string(excludes_fd)).c_str(), 1);
  setenv("GIT_CONFIG_COUNT", std::to_string(count + 1).c_str(), 1);
  return true;
}

} // namespace

bool spare_places(GitLine& git) {
  const std::string action = git.names().empty() ? "push" : git.names().front();
  const bool is_stash = git.command() == "stash" && is_among(action, {"push", "save"});
  const bool is_all = is_stash && (git.has_flag({"--all"}) || git.has_letter("a"));
  const bool cleans = git.command() == "clean" && !git.has_letter("X"); // which takes away only what is ignored
  if (!cleans && !is_all && !(is_stash && (git.has_flag({"--include-untracked"}) || git.has_letter("u")))) return true;
  const std::string top = git.line({"rev-parse", "--show-toplevel"});
  const Words places = top.empty() ? Words() : places_in(top);
  if (places.empty()) return true;
  if (cleans) {
    for (const std::string& place : places) git.add_flag("--exclude=" + place);
    return true;
  }
  if (!is_all && exclude(git, places)) return true;
  complain("git stash would take away empty directories that keep a place inside: nothing was changed", is_all ? "git stash --include-untracked; or outside: psbc git " + git.typed()
                                                                                                      : "outside: psbc git " + git.typed());
  return false;
}

} // namespace psbc::cli
