// SPDX-License-Identifier: MIT
// Running the user's own programs on the host while nothing of a sandbox may have a say: a hijacked package that
// leaves a `pass` in the environment's bin, or a module in the current directory, must not be asked for a token.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace psbc::runtime {

class HostPrograms {
 public:
  /// `writable`: canonical directories that sessions can write.
  HostPrograms(const base::Env& host, std::vector<std::string> writable);
  HostPrograms(const HostPrograms&) = delete;
  HostPrograms& operator=(const HostPrograms&) = delete;
  /// Overwrites the values of the variables: the source of a token may be among them.
  ~HostPrograms();

  /// The path of a program: of a name in PATH, or of an absolute path. Nothing that a session can write.
  base::Result<std::string> find(const std::string& name) const;
  /// An error for a command with a path to what a session can write: a script is a program, too.
  base::Status judge_words(const std::vector<std::string>& words) const;
  /// "NAME=value": the user's own variables, but for those that lead to what a session can write.
  const std::vector<std::string>& environment() const { return environment_; }

 private:
  bool is_writable(const std::string& path) const;
  bool leads_inside(std::string_view value) const;

  std::vector<std::string> writable_;
  std::vector<std::string> path_;
  std::vector<std::string> environment_;
};

} // namespace psbc::runtime
