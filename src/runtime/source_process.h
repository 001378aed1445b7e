// SPDX-License-Identifier: MIT
// One program on the host that prints a secret. Its output goes from the pipe into locked memory and nowhere else; its
// errors and its questions go where psbc's own go.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/secret.h"

namespace psbc::runtime {

/// The most that a source may give, in bytes.
inline constexpr std::size_t max_secret = 64 * 1024;

class SourceProcess {
 public:
  /// `program`: its path. Started in `directory`, in psbc's own process group, with the terminal as its input where
  /// there is one: a pinentry may ask there. It dies with psbc.
  static base::Result<SourceProcess> start(const std::string& program, const std::vector<std::string>& argv,
                                           const std::vector<std::string>& environment, const std::string& directory);
  SourceProcess(SourceProcess&& other) noexcept;
  SourceProcess& operator=(SourceProcess&&) = delete;
  /// Ends it, when it still runs.
  ~SourceProcess();

  /// Readable when there is something to do; -1 after its output ended.
  int descriptor() const { return output_.get(); }
  /// Reads what there is. True when it has ended and all was read.
  bool proceed();
  /// More than `max_secret` bytes: the rest was not read.
  bool is_too_long() const { return too_long_; }
  /// Exit status, or 128 + signal. Of one that has ended.
  int status() const { return status_; }
  const base::Secret& output() const { return bytes_; }

 private:
  SourceProcess(pid_t child, base::Fd output) : child_(child), output_(std::move(output)), bytes_(max_secret + 1) {}
  void read_output();

  pid_t child_ = -1; // -1 when it was waited for
  base::Fd output_;
  base::Secret bytes_;
  int status_ = 0;
  bool too_long_ = false;
};

} // namespace psbc::runtime
