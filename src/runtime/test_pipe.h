// SPDX-License-Identifier: MIT
// VS Code's Testing panel reads results from a FIFO that it makes in /run/user or /tmp, where no sandbox sees anything.
// For a shim that is started with such a FIFO, a second one stands in the project's own TMPDIR, and a process outside copies what is
// written there: bytes go out, none come in. What the editor makes of them is its own affair, as with every output.
#pragma once

#include <map>
#include <string>

#include "base/env.h"
#include "base/file.h"

namespace psbc::runtime {

/// The variables by which the extension ms-python.python names its FIFO, and a file with the tests to run.
inline constexpr const char* test_pipe_variable = "TEST_RUN_PIPE";
inline constexpr const char* test_ids_variable = "RUN_TEST_IDS_PIPE";

class TestPipe {
 public:
  /// `temporary` is what TMPDIR names inside. Where the editor's variables name what is no FIFO or no file of the user's,
  /// nothing is made and nothing is read.
  TestPipe(const base::Env& env, const std::string& temporary);
  /// When the session has ended: what was written is handed over first, within 5 seconds.
  ~TestPipe();
  TestPipe(const TestPipe&) = delete;
  TestPipe& operator=(const TestPipe&) = delete;

  /// What the variables are inside.
  const std::map<std::string, std::string>& variables() const { return variables_; }

 private:
  std::map<std::string, std::string> variables_;
  base::Fd directory_;
  std::string pipe_, ids_; // names in it
  base::Fd control_;
};

} // namespace psbc::runtime
