// SPDX-License-Identifier: MIT
// A command line of git, inside: what was typed, and what git itself answers about it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.h"

namespace psbc::cli {

using Words = std::vector<std::string>;

bool is_among(std::string_view word, std::initializer_list<const char*> words);

/// Mount points that are read-only, from the kernel: /proc/self/mountinfo.
Words read_only_mounts();

class GitLine {
 public:
  /// `program`: the real git.
  GitLine(std::string program, Words words);

  const std::string& command() const { return command_; } // of an alias, what it stands for
  const Words& names() const { return names_; }           // what is no option, up to `--`
  /// One more option of the command.
  void add_flag(const std::string& flag);
  std::string typed() const;                              // as for a shell, without `git`
  bool has_flag(std::initializer_list<const char*> flags) const;
  /// One of these letters among short options written together, such as the `t` of `-qt`.
  bool has_letter(std::string_view letters) const;

  /// git's answer to another command in the same place; status 128 when it could not be run.
  base::Captured ask(Words words) const;
  /// The first line of it; empty when git failed.
  std::string line(Words words) const;
  /// The id of a commit, and of a branch of a remote that `checkout NAME` would make a branch of; empty when there is none.
  std::string commit(const std::string& name) const;
  std::string remote_branch(const std::string& name) const;

  [[noreturn]] void become() const;
  /// Runs it and waits; the status, or 128 + signal.
  int run() const;

 private:
  void follow_alias();

  std::string program_;
  Words words_, options_, flags_, names_;
  std::string command_;
};

} // namespace psbc::cli
