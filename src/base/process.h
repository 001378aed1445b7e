// SPDX-License-Identifier: MIT
// Running another program and keeping what it prints.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace psbc::base {

struct Captured {
  int status = 0; // exit status, or 128 + signal
  std::string out;
};

/// Runs argv[0] (an absolute path) with exactly `environment`, stderr dropped, and `input` as its stdin (/dev/null
/// when empty; E2BIG for more than a pipe takes, 64 KiB). Ended after `timeout_ms`.
Result<Captured> capture(const std::vector<std::string>& argv, const std::map<std::string, std::string, std::less<>>& environment,
                         int timeout_ms, std::string_view input = {});

} // namespace psbc::base
