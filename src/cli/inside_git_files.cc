// SPDX-License-Identifier: MIT
#include "cli/inside_git_files.h"

#include <algorithm>

#include "base/text.h"
#include "cli/context.h"

namespace psbc::cli {
namespace {

/// Tracked files that are read-only, and what of a command concerns them.
class GuardedFiles {
 public:
  explicit GuardedFiles(const GitLine& git) : git_(git) {}

  /// What git tracks of what is mounted read-only in the work tree.
  bool find() {
    const std::string top = git_.line({"rev-parse", "--show-toplevel"});
    if (top.empty()) return false;
    Words question = {"-C", top, "ls-files", "-z", "--"};
    const std::size_t none = question.size();
    for (const std::string& path : read_only_mounts())
      if (path.starts_with(top + "/") && !path.starts_with(top + "/.git/")) {
        pinned_.push_back(":(top,literal)" + path.substr(top.size() + 1));
        question.push_back(pinned_.back());
      }
    return question.size() > none;
  }

  /// The index against the work tree.
  Words differing() const { return pinned_of({"diff", "--no-ext-diff", "--no-textconv", "--name-only", "-z"}); }

  /// The first tracked read-only file that the command would write; empty when it would none.
  std::string would_change() const {
    if (git_.has_flag({"--abort", "--quit", "--continue", "--skip", "-h", "--help", "--edit-todo", "--show-current-patch"})) return {};
    if (git_.command() == "stash") return in_stash();
    if (git_.command() == "bisect") return in_bisect();
    if (is_among(git_.command(), {"am", "apply"})) return in_patches();
    Words targets = git_.command() == "pull" ? Words{fetched()} : commits_named();
    if (targets.empty() && is_among(git_.command(), {"merge", "rebase"})) targets = {git_.commit("@{upstream}")};
    if (git_.command() == "reset") {
      if (!git_.has_flag({"--hard", "--merge", "--keep"})) return {};
      if (targets.empty()) targets = {git_.commit("HEAD")};
      if (!differing().empty()) return differing().front();
    }
    for (const std::string& target : targets) {
      if (target.empty()) continue;
      std::string changed;
      if (is_among(git_.command(), {"cherry-pick", "revert"})) changed = in_commit(target);
      else if (is_among(git_.command(), {"merge", "pull"}) && !rebases()) changed = since_common(target);
      else changed = between("HEAD", target);
      if (changed.empty() && rebases()) changed = in_commits({target + "..HEAD"});
      if (!changed.empty()) return changed;
    }
    if (is_among(git_.command(), {"cherry-pick", "revert"}))
      for (const std::string& name : git_.names())
        if (name.find("..") != std::string::npos)
          if (const std::string changed = in_commits({name}); !changed.empty()) return changed;
    return {};
  }

 private:
  Words pinned_of(Words words) const {
    words.emplace_back("--");
    words.insert(words.end(), pinned_.begin(), pinned_.end());
    const base::Captured found = git_.ask(std::move(words));
    Words out;
    for (const std::string_view name : base::split(found.out, '\0'))
      if (!name.empty() && found.status == 0) out.emplace_back(name);
    return out;
  }

  static std::string first_of(const Words& paths) { return paths.empty() ? std::string() : paths.front(); }

  std::string between(const std::string& from, const std::string& to) const {
    return first_of(pinned_of({"diff-tree", "-r", "--name-only", "-z", from, to}));
  }
  /// What a commit changes, against each parent. Not `git log -1`, which goes on to the last commit that changed such a file.
  std::string in_commit(const std::string& id) const {
    return first_of(pinned_of({"diff-tree", "-r", "-m", "--root", "--no-commit-id", "--name-only", "-z", id}));
  }
  /// What commits change, each by itself.
  std::string in_commits(Words range) const {
    Words words = {"log", "--format=", "--name-only", "-z", "--no-ext-diff", "-m"};
    words.insert(words.end(), range.begin(), range.end());
    return first_of(pinned_of(std::move(words)));
  }

  Words commits_named() const {
    Words found;
    for (const std::string& name : git_.names()) {
      std::string id = git_.commit(name);
      if (id.empty() && is_among(git_.command(), {"checkout", "switch"})) id = git_.remote_branch(name);
      if (!id.empty()) found.push_back(std::move(id));
    }
    return found;
  }

  std::string fetched() const {
    Words words = {"fetch", "--quiet"};
    words.insert(words.end(), git_.names().begin(), git_.names().end());
    if (git_.ask(std::move(words)).status != 0) return {}; // git says itself what is wrong
    return git_.commit(git_.names().empty() ? "@{upstream}" : "FETCH_HEAD");
  }

  bool rebases() const {
    if (git_.command() != "pull") return git_.command() == "rebase";
    if (git_.has_flag({"--rebase", "-r"})) return true;
    if (git_.has_flag({"--no-rebase", "--ff-only"})) return false;
    const std::string branch = git_.line({"symbolic-ref", "--short", "-q", "HEAD"});
    for (const std::string& key : {"branch." + branch + ".rebase", std::string("pull.rebase")})
      if (const std::string set = git_.line({"config", "--get", key}); !set.empty()) return set != "false";
    return false;
  }

  /// What patches in files touch; those that come by stdin are looked at afterwards.
  std::string in_patches() const {
    Words question = {"apply", "--numstat", "-z", "--"};
    question.insert(question.end(), git_.names().begin(), git_.names().end());
    if (git_.names().empty()) return {};
    const base::Captured listed = git_.ask(std::move(question));
    for (const std::string_view entry : base::split(listed.out, '\0')) {
      const std::string path(entry.substr(std::min(entry.size(), entry.rfind('\t') + 1)));
      for (const std::string& pin : pinned_) {
        const std::string place = pin.substr(pin.find(')') + 1);
        if (path == place || path.starts_with(place + "/")) return path;
      }
    }
    return {};
  }

  std::string since_common(const std::string& target) const {
    const std::string base = git_.line({"merge-base", "HEAD", target});
    return between(base.empty() ? "HEAD" : base, target);
  }

  std::string in_stash() const {
    const std::string action = git_.names().empty() ? "push" : git_.names().front();
    if (is_among(action, {"push", "save", "create"})) return first_of(pinned_of({"diff-index", "--name-only", "-z", "HEAD"}));
    if (!is_among(action, {"pop", "apply", "branch"})) return {};
    const std::string which = git_.names().size() > 1 ? git_.names().back() : "stash@{0}";
    const std::string stash = git_.commit(which.find_first_not_of("0123456789") == std::string::npos ? "stash@{" + which + "}" : which);
    return stash.empty() ? std::string() : between(stash + "^1", stash);
  }

  std::string in_bisect() const {
    if (git_.names().empty() || is_among(git_.names().front(), {"log", "view", "visualize", "terms", "help"})) return {};
    Words ends = {git_.commit("HEAD")};
    const base::Captured known = git_.ask({"for-each-ref", "--format=%(objectname)", "refs/bisect/"});
    for (const std::string_view id : base::split(known.out, '\n'))
      if (!id.empty()) ends.emplace_back(id);
    for (std::size_t i = 1; i < git_.names().size(); ++i)
      if (std::string id = git_.commit(git_.names()[i]); !id.empty()) ends.push_back(std::move(id));
    Words question = {"merge-base", "--octopus"};
    question.insert(question.end(), ends.begin(), ends.end());
    if (const std::string base = git_.line(std::move(question)); !base.empty()) ends.push_back("^" + base);
    return ends.size() < 3 ? std::string() : in_commits(std::move(ends));
  }

  const GitLine& git_;
  Words pinned_;
};

std::string shown(const std::string& path) { return "`" + base::escape(path) + "`"; }

} // namespace

bool moves_files(const GitLine& git) {
  return is_among(git.command(), {"am", "apply", "bisect", "checkout", "cherry-pick", "merge", "pull", "rebase", "reset", "restore", "revert", "stash", "switch"});
}

int run_beside_files(const GitLine& git) {
  GuardedFiles files(git);
  if (!files.find()) git.become();
  if (const std::string changed = files.would_change(); !changed.empty()) {
    complain("git " + git.command() + " would change " + shown(changed) + ", which is read-only inside: nothing was changed",
             "outside: psbc git " + git.typed() + "; or, when code inside may write it, name it in `[protect] allow` of .python-sandbox.toml");
    return 1;
  }
  const Words before = files.differing();
  const int status = git.run();
  for (const std::string& path : files.differing())
    if (std::find(before.begin(), before.end(), path) == before.end()) {
      complain("git " + git.command() + " could not change " + shown(path) + ", which is read-only inside: it has the old content, which a commit must not take",
               "bring it up to date outside: psbc git checkout -- " + base::escape(path));
      return status != 0 ? status : 1;
    }
  return status;
}

} // namespace psbc::cli
