// SPDX-License-Identifier: MIT
// The agent filter: a process of its own outside, between the socket of one sandbox and the user's ssh agent. It
// holds no key and no secret, and reads what hostile code sends in bounded memory: 16 connections, requests of
// 32 KiB, answers of 256 KiB, each within a time. It ends with the `psbc enter` that started it.
#pragma once

#include <string>

#include "audit/log.h"
#include "base/file.h"
#include "base/result.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

struct FilterJob {
  std::string name;     // of the sandbox, for what the user is told
  std::string upstream; // the user's agent: path of its socket
  audit::Sink record{.state = base::AbsPath::literal("/")}; // of each use
  std::string askpass;  // asks the user before each use; empty: nobody is asked
  emit::SshPlan grants;
};

/// Runs until `alive` is closed at its other end.
void filter_agent(const FilterJob& job, base::Fd listener, base::Fd alive);

} // namespace psbc::runtime
