// SPDX-License-Identifier: MIT
#include "cli/inside_git.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/fs.h"
#include "base/process.h"
#include "base/text.h"
#include "cli/context.h"
#include "cli/exit_code.h"

namespace psbc::cli {
namespace {

using Words = std::vector<std::string>;

constexpr int patience_ms = 60000;
constexpr std::size_t mounts_limit = 4U << 20U;

bool is_among(std::string_view word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* each) { return word == each; });
}

/// The first `git` of PATH that is not this program.
std::string real_git() {
  struct stat self{}, found{};
  if (stat("/proc/self/exe", &self) != 0) return {};
  const char* const path = getenv("PATH");
  for (const std::string_view directory : base::split(path != nullptr ? path : "/usr/bin:/bin", ':')) {
    const std::string program = std::string(directory) + "/git";
    if (directory.starts_with('/') && stat(program.c_str(), &found) == 0 && S_ISREG(found.st_mode) && access(program.c_str(), X_OK) == 0 &&
        !(found.st_dev == self.st_dev && found.st_ino == self.st_ino))
      return program;
  }
  return {};
}

/// Mount points that are read-only, from the kernel: /proc/self/mountinfo.
Words read_only_mounts() {
  base::RealFs fs;
  const auto text = fs.read(base::AbsPath::literal("/proc/self/mountinfo"), mounts_limit);
  Words found;
  if (!text) return found;
  for (const std::string_view line : base::split(*text, '\n')) {
    const auto fields = base::split(line, ' ');
    if (fields.size() < 6 || !(fields[5] == "ro" || fields[5].starts_with("ro,"))) continue;
    std::string path;
    for (std::size_t i = 0; i < fields[4].size(); ++i) {
      const bool escaped = fields[4][i] == '\\' && i + 3 < fields[4].size(); // \040
      path += escaped ? static_cast<char>(std::stoi(std::string(fields[4].substr(i + 1, 3)), nullptr, 8)) : fields[4][i];
      i += escaped ? 3 : 0;
    }
    found.push_back(std::move(path));
  }
  return found;
}

/// git's own options before the command: `-C dir`, `--git-dir=x`. The number of words.
std::size_t options_of(const Words& words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) {
    const bool takes_value = is_among(words[at], {"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env"});
    at += takes_value ? 2 : 1;
  }
  return std::min(at, words.size());
}

class Guarded {
 public:
  Guarded(std::string program, Words words) : program_(std::move(program)), words_(std::move(words)) {
    const std::size_t options = options_of(words_);
    options_.assign(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(options));
    if (options < words_.size()) command_ = words_[options];
    for (std::size_t i = options + 1; i < words_.size(); ++i) {
      if (words_[i] == "--") break;
      (words_[i].starts_with('-') && words_[i] != "-" ? flags_ : names_).push_back(words_[i]);
    }
    follow_alias();
  }

  /// Can it change files of the work tree?
  bool moves() const {
    return is_among(command_, {"am", "apply", "bisect", "checkout", "cherry-pick", "merge", "pull", "rebase", "reset", "restore", "revert", "stash", "switch"});
  }

  int run() {
    if (!find_pinned()) become();
    if (const std::string changed = would_change(); !changed.empty()) {
      complain("git " + command_ + " would change " + shown(changed) + ", which is read-only inside: nothing was changed",
               "run this command outside; or, when code inside may write it, name it in `[protect] allow` of .python-sandbox.toml");
      return 1;
    }
    const Words before = differing();
    const int status = wait_for_git();
    for (const std::string& path : differing())
      if (std::find(before.begin(), before.end(), path) == before.end()) {
        complain("git " + command_ + " could not change " + shown(path) + ", which is read-only inside: it has the old content, which a commit must not take",
                 "bring it up to date outside: git checkout -- FILE");
        return status != 0 ? status : 1;
      }
    return status;
  }

  [[noreturn]] void become() {
    std::vector<char*> argv;
    std::string name = "git";
    argv.push_back(name.data());
    for (std::string& word : words_) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(program_.c_str(), argv.data());
    complain(base::system_error("run", program_));
    _exit(exit_not_executable);
  }

 private:
  static std::string shown(const std::string& path) { return "`" + base::escape(path) + "`"; }

  base::Captured ask(Words words) const {
    Words argv = {program_};
    argv.insert(argv.end(), options_.begin(), options_.end());
    argv.insert(argv.end(), words.begin(), words.end());
    std::map<std::string, std::string, std::less<>> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      if (const auto equal = text.find('='); equal != std::string_view::npos) environment.emplace(text.substr(0, equal), text.substr(equal + 1));
    }
    auto captured = base::capture(argv, environment, patience_ms);
    return captured ? std::move(*captured) : base::Captured{.status = 128, .out = {}};
  }

  static std::string line_of(const base::Captured& captured) {
    return captured.status == 0 ? captured.out.substr(0, captured.out.find('\n')) : std::string();
  }

  void follow_alias() {
    if (command_.empty() || is_among(command_, {"add", "blame", "branch", "clone", "commit", "config", "describe", "diff", "fetch", "gc", "grep", "init", "log",
                                                "ls-files", "push", "remote", "rev-parse", "show", "status", "tag", "worktree"}) || moves())
      return;
    const std::string alias = line_of(ask({"config", "--get", "alias." + command_}));
    if (alias.empty() || alias.starts_with('!')) return;
    bool first = true;
    Words names;
    for (const std::string_view word : base::split(alias, ' ')) {
      if (word.empty()) continue;
      if (first) command_ = word;
      else (word.starts_with('-') ? flags_ : names).emplace_back(word);
      first = false;
    }
    names_.insert(names_.begin(), names.begin(), names.end());
  }

  /// What git tracks of what is mounted read-only in the work tree.
  bool find_pinned() {
    const std::string top = line_of(ask({"rev-parse", "--show-toplevel"}));
    if (top.empty()) return false;
    Words question = {"-C", top, "ls-files", "-z", "--"};
    const std::size_t none = question.size();
    for (const std::string& path : read_only_mounts())
      if (path.starts_with(top + "/") && !path.starts_with(top + "/.git/")) {
        pinned_.push_back(":(top,literal)" + path.substr(top.size() + 1));
        question.push_back(pinned_.back());
      }
    // A place may be tracked in another branch: it is asked for there, too.
    return question.size() > none;
  }

  Words pinned_of(Words words) const {
    words.emplace_back("--");
    words.insert(words.end(), pinned_.begin(), pinned_.end());
    const base::Captured found = ask(std::move(words));
    Words out;
    for (const std::string_view name : base::split(found.out, '\0'))
      if (!name.empty() && found.status == 0) out.emplace_back(name);
    return out;
  }

  std::string first_of(const Words& paths) const { return paths.empty() ? std::string() : paths.front(); }

  /// The index against the work tree.
  Words differing() const { return pinned_of({"diff", "--no-ext-diff", "--no-textconv", "--name-only", "-z"}); }
  std::string between(const std::string& from, const std::string& to) const {
    return first_of(pinned_of({"diff-tree", "-r", "--name-only", "-z", from, to}));
  }
  /// What commits change, each by itself.
  std::string in_commits(Words range) const {
    Words words = {"log", "--format=", "--name-only", "-z", "--no-ext-diff", "-m"};
    words.insert(words.end(), range.begin(), range.end());
    return first_of(pinned_of(std::move(words)));
  }

  std::string commit(const std::string& name) const {
    return line_of(ask({"rev-parse", "--verify", "--quiet", (name == "-" ? "@{-1}" : name) + "^{commit}"}));
  }

  /// A branch of a remote that `checkout NAME` would make a branch of.
  std::string remote_branch(const std::string& name) const {
    return line_of(ask({"for-each-ref", "--count=1", "--format=%(objectname)", "refs/remotes/*/" + name}));
  }

  Words commits_named() const {
    Words found;
    for (const std::string& name : names_) {
      std::string id = commit(name);
      if (id.empty() && is_among(command_, {"checkout", "switch"})) id = remote_branch(name);
      if (!id.empty()) found.push_back(std::move(id));
    }
    return found;
  }

  bool has_flag(std::initializer_list<const char*> flags) const {
    return std::any_of(flags_.begin(), flags_.end(), [&](const std::string& flag) { return is_among(flag, flags); });
  }

  std::string fetched() const {
    Words words = {"fetch", "--quiet"};
    words.insert(words.end(), names_.begin(), names_.end());
    if (ask(std::move(words)).status != 0) return {}; // git says itself what is wrong
    return commit(names_.empty() ? "@{upstream}" : "FETCH_HEAD");
  }

  /// The first tracked read-only file that the command would write; empty when it would none.
  std::string would_change() const {
    if (has_flag({"--abort", "--quit", "--continue", "--skip", "-h", "--help", "--edit-todo", "--show-current-patch"})) return {};
    if (command_ == "stash") return in_stash();
    if (command_ == "bisect") return in_bisect();
    Words targets = command_ == "pull" ? Words{fetched()} : commits_named();
    if (targets.empty() && is_among(command_, {"merge", "rebase"})) targets = {commit("@{upstream}")};
    if (command_ == "reset") {
      if (!has_flag({"--hard", "--merge", "--keep"})) return {};
      if (targets.empty()) targets = {commit("HEAD")};
      if (!differing().empty()) return differing().front();
    }
    for (const std::string& target : targets) {
      if (target.empty()) continue;
      std::string changed;
      if (is_among(command_, {"cherry-pick", "revert"})) changed = in_commits({"-1", target});
      else if (is_among(command_, {"merge", "pull"}) && !has_flag({"--rebase", "-r"})) changed = since_common(target);
      else changed = between("HEAD", target);
      if (changed.empty() && (command_ == "rebase" || command_ == "pull")) changed = command_ == "rebase" || has_flag({"--rebase", "-r"}) ? in_commits({target + "..HEAD"}) : "";
      if (!changed.empty()) return changed;
    }
    if (is_among(command_, {"cherry-pick", "revert"}))
      for (const std::string& name : names_)
        if (name.find("..") != std::string::npos)
          if (const std::string changed = in_commits({name}); !changed.empty()) return changed;
    return {};
  }

  std::string since_common(const std::string& target) const {
    const std::string base = line_of(ask({"merge-base", "HEAD", target}));
    return between(base.empty() ? "HEAD" : base, target);
  }

  std::string in_stash() const {
    const std::string action = names_.empty() ? "push" : names_.front();
    if (is_among(action, {"push", "save", "create"})) return first_of(pinned_of({"diff-index", "--name-only", "-z", "HEAD"}));
    if (!is_among(action, {"pop", "apply", "branch"})) return {};
    const std::string which = names_.size() > 1 ? names_.back() : "stash@{0}";
    const std::string stash = commit(which.find_first_not_of("0123456789") == std::string::npos ? "stash@{" + which + "}" : which);
    return stash.empty() ? std::string() : between(stash + "^1", stash);
  }

  std::string in_bisect() const {
    if (names_.empty() || is_among(names_.front(), {"log", "view", "visualize", "terms", "help"})) return {};
    Words ends = {commit("HEAD")};
    for (const std::string_view id : base::split(ask({"for-each-ref", "--format=%(objectname)", "refs/bisect/"}).out, '\n'))
      if (!id.empty()) ends.emplace_back(id);
    for (std::size_t i = 1; i < names_.size(); ++i)
      if (std::string id = commit(names_[i]); !id.empty()) ends.push_back(std::move(id));
    Words question = {"merge-base", "--octopus"};
    question.insert(question.end(), ends.begin(), ends.end());
    if (const std::string base = line_of(ask(std::move(question))); !base.empty()) ends.push_back("^" + base);
    return ends.size() < 3 ? std::string() : in_commits(std::move(ends));
  }

  int wait_for_git() {
    const pid_t child = fork();
    if (child < 0) become(); // without the look afterwards
    if (child == 0) become();
    for (const int signal : {SIGINT, SIGQUIT}) ::signal(signal, SIG_IGN); // the terminal's: git decides
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  std::string program_;
  Words words_, options_, flags_, names_, pinned_;
  std::string command_;
};

} // namespace

int inside_git(int argc, char** argv) {
  std::string program = real_git();
  if (program.empty()) {
    complain("git is not installed");
    return exit_not_found;
  }
  Guarded git(std::move(program), Words(argv + 1, argv + argc));
  if (!git.moves()) git.become();
  return git.run();
}

} // namespace psbc::cli
