// SPDX-License-Identifier: MIT
#include "driver/git_question.h"

namespace psbc::driver {
namespace {

constexpr int patience_ms = 10000;

} // namespace

base::Result<base::Captured> ask_git(const base::AbsPath& tree, const std::vector<std::string>& words, std::string_view input) {
  std::vector<std::string> argv = {"/usr/bin/git", "-C", tree.string(), "--no-pager", "--no-optional-locks"};
  for (const char* setting : {"protocol.allow=never", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.sshCommand=/bin/false"}) {
    argv.emplace_back("-c");
    argv.emplace_back(setting);
  }
  argv.insert(argv.end(), words.begin(), words.end());
  return base::capture(argv, {{"PATH", "/usr/bin:/bin"}, {"HOME", "/nonexistent"}, {"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"},
                              {"GIT_NO_LAZY_FETCH", "1"}, {"GIT_TERMINAL_PROMPT", "0"}, {"LC_ALL", "C"}},
                       patience_ms, input);
}

} // namespace psbc::driver
