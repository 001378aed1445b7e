// SPDX-License-Identifier: MIT
#include "cli/inside_git_settings.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "cli/context.h"

namespace psbc::cli {
namespace {

constexpr int trace_fd = 9; // git takes 2 to 9 (git 2.22, api-trace2)
constexpr std::size_t trace_limit = 16U << 20U;

/// Would a branch that begins at `start` follow it?
bool follows(const GitLine& git, const std::string& start) {
  if (git.has_flag({"--no-track", "--orphan"})) return false;
  if (git.has_flag({"--track"}) || git.has_letter("t")) return true;
  const std::string set = git.line({"config", "--get", "branch.autosetupmerge"});
  if (start.empty() || set == "false") return false;
  const std::string whole = git.line({"rev-parse", "--symbolic-full-name", start});
  return whole.starts_with("refs/remotes/") || (set == "always" && whole.starts_with("refs/heads/"));
}

/// `checkout NAME`, where only a remote has that branch, makes one that follows it.
bool guesses(const GitLine& git, const std::string& name) {
  return !git.has_flag({"--no-guess", "--detach"}) && !git.has_letter("d") && git.commit(name).empty() && !git.remote_branch(name).empty() &&
         git.line({"config", "--get", "checkout.guess"}) != "false";
}

/// How to do without the settings; nothing when the command is whole, "-" when there is no other way.
std::string half_done(const GitLine& git) {
  const Words& names = git.names();
  const std::string action = names.empty() ? std::string() : names.front();
  if (is_among(git.command(), {"checkout", "switch"})) {
    const bool makes = git.has_letter("bBcC") || git.has_flag({"--create", "--force-create"});
    const bool is_half = makes || git.has_flag({"--track"}) || git.has_letter("t") ? follows(git, names.size() > 1 ? names[1] : "") : names.size() == 1 && guesses(git, action);
    return is_half ? "a branch that follows no other one: git switch --no-track -c NAME " + base::escape(makes ? (names.size() > 1 ? names[1] : "START") : "REMOTE/NAME") : "";
  }
  if (git.command() == "branch") {
    if (git.has_letter("mMcCu") || git.has_flag({"--move", "--copy", "--set-upstream-to", "--unset-upstream"})) return "-"; // -u says that it was done
    const bool makes = !names.empty() && !git.has_letter("dDuarl") && !git.has_flag({"--list", "--delete", "--set-upstream-to", "--contains", "--merged", "--no-merged", "--points-at"});
    return makes && follows(git, names.size() > 1 ? names[1] : "") ? "a branch that follows no other one: git branch --no-track" : "";
  }
  if (git.command() == "worktree" && action == "add") {
    const bool makes = git.has_letter("bB");
    const bool is_half = makes ? follows(git, names.size() > 3 ? names[3] : "") || (names.size() == 3 && follows(git, names[2])) : names.size() == 3 && guesses(git, names[2]);
    return is_half ? "a branch that follows no other one: git worktree add --no-track" : "";
  }
  if (is_among(git.command(), {"push", "pull", "fetch"}))
    return git.has_flag({"--set-upstream"}) || (git.command() == "push" && git.has_letter("u")) ? "without following the branch there: the same without " + std::string(git.command() == "push" ? "-u" : "--set-upstream") : "";
  if (git.command() == "remote") return is_among(action, {"remove", "rm", "rename"}) ? "-" : "";
  if (git.command() == "submodule")
    return is_among(action, {"add", "init", "deinit", "sync", "absorbgitdirs"}) || (action == "update" && git.has_flag({"--init"})) ? "-" : "";
  return {};
}

} // namespace

bool meets_settings(const GitLine& git) {
  const bool can = is_among(git.command(), {"branch", "checkout", "config", "fetch", "init", "lfs", "maintenance", "pull", "push", "remote", "sparse-checkout", "submodule", "switch", "worktree"});
  if (!can || (git.names().empty() && is_among(git.command(), {"branch", "checkout", "config", "remote", "submodule", "worktree"}))) return false; // they only list
  const Words mounts = read_only_mounts();
  const bool is_any = std::any_of(mounts.begin(), mounts.end(), [](const std::string& path) { return path.ends_with("/config"); });
  if (!is_any) return false;
  const std::string common = git.line({"rev-parse", "--path-format=absolute", "--git-common-dir"});
  return !common.empty() && std::find(mounts.begin(), mounts.end(), common + "/config") != mounts.end();
}

bool is_whole_without_settings(const GitLine& git) {
  const std::string other = half_done(git);
  if (other.empty()) return true;
  complain("git " + git.command() + " would write the settings of this repository, which are read-only inside, after other changes: nothing was changed",
           "outside: psbc git " + git.typed() + (other == "-" ? "" : "; or " + other));
  return false;
}

int run_beside_settings(const GitLine& git) {
  // What failed is in git's own trace of itself: its messages are translated, and their stream is the user's terminal.
  const base::Fd trace(memfd_create("git", MFD_CLOEXEC));
  const bool is_traced = trace && getenv("GIT_TRACE2_EVENT") == nullptr && dup2(trace.get(), trace_fd) == trace_fd;
  if (is_traced) setenv("GIT_TRACE2_EVENT", std::to_string(trace_fd).c_str(), 1);
  const int status = git.run();
  if (!is_traced || lseek(trace.get(), 0, SEEK_SET) != 0) return status;
  const auto text = base::read_all(trace.get(), trace_limit, "git");
  if (!text) return status;
  for (const std::string_view line : base::split(*text, '\n'))
    if (line.find("\"event\":\"error\"") != std::string_view::npos && line.find("/config") != std::string_view::npos) {
      if (status != 0) complain("the settings of this repository are read-only inside, because git outside executes what they say", "outside: psbc git " + git.typed());
      else warn("git did the rest: the settings of this repository are read-only inside"); // branch -d
      break;
    }
  return status;
}

} // namespace psbc::cli
