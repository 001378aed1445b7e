// SPDX-License-Identifier: MIT
#include "cli/inside_git_line.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>

#include "base/fs.h"
#include "base/quote.h"
#include "base/text.h"
#include "cli/context.h"
#include "runtime/host_git.h"
#include "runtime/inside.h"

namespace psbc::cli {
namespace {

constexpr int patience_ms = 60000;
constexpr std::size_t mounts_limit = 4U << 20U;

/// git's own options before the command: `-C dir`, `--git-dir=x`. The number of words.
std::size_t options_of(const Words& words) {
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) at += runtime::words_of_git_option(words[at]);
  return std::min(at, words.size());
}

} // namespace

bool is_among(std::string_view word, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* each) { return word == each; });
}

Words read_only_mounts() {
  base::RealFs fs;
  const auto text = fs.read(base::AbsPath::literal("/proc/self/mountinfo"), mounts_limit);
  std::map<std::string, bool> found; // of several on one name the last one counts
  if (!text) return {};
  for (const std::string_view line : base::split(*text, '\n')) {
    const auto fields = base::split(line, ' ');
    if (fields.size() < 6) continue;
    found[runtime::unescape_mount_point(fields[4])] = fields[5] == "ro" || fields[5].starts_with("ro,");
  }
  Words out;
  for (const auto& [path, is_read_only] : found)
    if (is_read_only) out.push_back(path);
  return out;
}

GitLine::GitLine(std::string program, Words words) : program_(std::move(program)), words_(std::move(words)) {
  const std::size_t options = options_of(words_);
  options_.assign(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(options));
  if (options < words_.size()) command_ = words_[options];
  for (std::size_t i = options + 1; i < words_.size(); ++i) {
    if (words_[i] == "--") break;
    (words_[i].starts_with('-') && words_[i] != "-" ? flags_ : names_).push_back(words_[i]);
  }
  follow_alias();
}

void GitLine::add_flag(const std::string& flag) {
  flags_.push_back(flag);
  words_.insert(words_.begin() + static_cast<std::ptrdiff_t>(std::min(words_.size(), options_.size() + 1)), flag);
}

std::string GitLine::typed() const {
  std::string out;
  for (const std::string& word : words_) {
    const bool is_plain = !word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,") == std::string::npos;
    out += (out.empty() ? "" : " ") + (is_plain ? word : base::quote_posix(word));
  }
  return out;
}

bool GitLine::has_flag(std::initializer_list<const char*> flags) const {
  return std::any_of(flags_.begin(), flags_.end(), [&](const std::string& flag) { return is_among(flag.substr(0, flag.find('=')), flags); });
}

bool GitLine::has_letter(std::string_view letters) const {
  return std::any_of(flags_.begin(), flags_.end(), [&](const std::string& flag) { return !flag.starts_with("--") && flag.find_first_of(letters) != std::string::npos; });
}

base::Captured GitLine::ask(Words words) const {
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

std::string GitLine::line(Words words) const {
  const base::Captured captured = ask(std::move(words));
  return std::string(captured.status == 0 ? base::first_line(captured.out) : "");
}

std::string GitLine::commit(const std::string& name) const {
  return line({"rev-parse", "--verify", "--quiet", (name == "-" ? "@{-1}" : name) + "^{commit}"});
}

std::string GitLine::remote_branch(const std::string& name) const {
  return line({"for-each-ref", "--count=1", "--format=%(objectname)", "refs/remotes/*/" + name});
}

void GitLine::become() const {
  std::vector<char*> argv;
  std::string name = "git";
  argv.push_back(name.data());
  for (const std::string& word : words_) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execv(program_.c_str(), argv.data());
  complain(base::system_error("run", program_));
  _exit(exit_not_executable);
}

int GitLine::run() const {
  const pid_t child = fork();
  if (child <= 0) become(); // without the look afterwards, where there is no process
  for (const int signal : {SIGINT, SIGQUIT}) ::signal(signal, SIG_IGN); // the terminal's: git decides
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/// What it begins with counts as typed; one that runs a program is git's own affair.
void GitLine::follow_alias() {
  if (command_.empty() || is_among(command_, {"add", "am", "apply", "bisect", "blame", "branch", "checkout", "cherry-pick", "clone", "commit", "config", "describe", "diff", "fetch", "gc", "grep",
                                              "init", "log", "ls-files", "merge", "pull", "push", "rebase", "remote", "reset", "restore", "rev-parse", "revert", "show", "stash", "status",
                                              "submodule", "switch", "tag", "worktree"}))
    return;
  const std::string alias = line({"config", "--get", "alias." + command_});
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

} // namespace psbc::cli
