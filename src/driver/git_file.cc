// SPDX-License-Identifier: MIT
#include "driver/git_file.h"

#include "base/process.h"
#include "base/text.h"
#include "driver/project.h"

namespace psbc::driver {
namespace {

constexpr int patience_ms = 10000;

base::Result<base::Captured> git(const base::AbsPath& root, std::vector<std::string> arguments) {
  std::vector<std::string> argv = {"/usr/bin/git", "-C", root.string(), "--no-pager", "--no-optional-locks"};
  // cat-file and rev-parse run no filter, no hook and no pager; what is missing of a partial clone would be fetched
  // by a helper that the repository names (`ext::`), which no protocol being allowed forbids.
  for (const char* setting : {"protocol.allow=never", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.sshCommand=/bin/false"}) {
    argv.emplace_back("-c");
    argv.emplace_back(setting);
  }
  for (std::string& argument : arguments) argv.push_back(std::move(argument));
  return base::capture(argv, {{"PATH", "/usr/bin:/bin"}, {"HOME", "/nonexistent"}, {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"},
                              {"GIT_NO_LAZY_FETCH", "1"}, {"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}},
                       patience_ms);
}

} // namespace

base::Result<std::optional<std::string>> file_at(const base::AbsPath& root, const std::string& revision) {
  const base::Error unknown{.operation = "find the commit", .object = revision, .code = 0, .cause = "git does not know it here", .hint = "git log --oneline"};
  if (revision.empty() || revision.starts_with('-')) return unknown; // never an option
  TRY_ASSIGN(const base::Captured commit, git(root, {"rev-parse", "--verify", "--quiet", revision + "^{commit}"}));
  std::string id = commit.out;
  id.erase(id.find_last_not_of('\n') + 1);
  if (commit.status != 0 || id.empty() || id.find_first_not_of("0123456789abcdef") != std::string::npos) return unknown;
  // That it is not there must be said by git: a file that merely cannot be read may grant anything.
  const base::Error unreadable{.operation = "read", .object = revision + ":" + config_name, .code = 0, .cause = "it is not a plain file of that commit that is here",
                               .hint = "git fetch it first, when this is a partial clone"};
  TRY_ASSIGN(const base::Captured entry, git(root, {"ls-tree", "-z", id, "--", config_name})); // MODE blob ID TAB NAME
  if (entry.status == 0 && entry.out.empty()) return std::optional<std::string>();
  const std::vector<std::string_view> words = base::split(std::string_view(entry.out).substr(0, entry.out.find('\t')), ' ');
  if (entry.status != 0 || words.size() != 3 || !words[0].starts_with("100")) return unreadable;
  TRY_ASSIGN(base::Captured file, git(root, {"cat-file", "blob", std::string(words[2])}));
  if (file.status != 0) return unreadable;
  return std::optional(std::move(file.out));
}

} // namespace psbc::driver
