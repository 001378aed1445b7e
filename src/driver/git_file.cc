// SPDX-License-Identifier: MIT
#include "driver/git_file.h"

#include "base/text.h"
#include "driver/git_question.h"
#include "driver/project.h"

namespace psbc::driver {

base::Result<std::optional<std::string>> file_at(const base::AbsPath& root, const std::string& revision) {
  const base::Error unknown{.operation = "find the commit", .object = revision, .code = 0, .cause = "git does not know it here", .hint = "git log --oneline"};
  if (revision.empty() || revision.starts_with('-')) return unknown; // never an option
  TRY_ASSIGN(const base::Captured commit, ask_git(root, {"rev-parse", "--verify", "--quiet", revision + "^{commit}"}));
  std::string id = commit.out;
  id.erase(id.find_last_not_of('\n') + 1);
  if (commit.status != 0 || id.empty() || id.find_first_not_of("0123456789abcdef") != std::string::npos) return unknown;
  // That it is not there must be said by git: a file that merely cannot be read may grant anything.
  const base::Error unreadable{.operation = "read", .object = revision + ":" + config_name, .code = 0, .cause = "it is not a plain file of that commit that is here",
                               .hint = "git fetch it first, when this is a partial clone"};
  TRY_ASSIGN(const base::Captured entry, ask_git(root, {"ls-tree", "-z", id, "--", config_name})); // MODE blob ID TAB NAME
  if (entry.status == 0 && entry.out.empty()) return std::optional<std::string>();
  const std::vector<std::string_view> words = base::split(std::string_view(entry.out).substr(0, entry.out.find('\t')), ' ');
  if (entry.status != 0 || words.size() != 3 || !words[0].starts_with("100")) return unreadable;
  TRY_ASSIGN(base::Captured file, ask_git(root, {"cat-file", "blob", std::string(words[2])}));
  if (file.status != 0) return unreadable;
  return std::optional(std::move(file.out));
}

} // namespace psbc::driver
