// SPDX-License-Identifier: MIT
// Entering a built sandbox: everything between "the artefacts are there and approved" and the exit
// status of the command.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/path.h"
#include "emit/enter_plan.h"
#include "emit/firejail_version.h"
#include "runtime/channel.h"
#include "runtime/exposure_watch.h"
#include "runtime/session.h"
#include "runtime/ssh_filter.h"

namespace psbc::runtime {

struct EnterRequest {
  const emit::EnterPlan& plan;
  const std::string& filter;  // the bytes of `filter.bpf`
  base::AbsPath profile;      // enter.profile
  base::AbsPath psbc;         // this program, without links, as it is visible inside
  base::AbsPath firejail;
  emit::FirejailVersion version;
  std::vector<std::string> command; // not empty
  std::string build;                // what names the build; PSBC_BUILD inside
  base::AbsPath cwd;                // canonical; visible inside
  const base::Env& environment;
  // Taken out of the request, and overwritten before anything inside has them. firejail's process never had a copy.
  std::vector<SecretVariable>* secrets = nullptr;
  std::vector<SecretFile>* secret_files = nullptr;
  std::function<void(const Exposure&)> on_exposure = {}; // while the sandbox runs, at once
  std::function<void(const std::string&)> on_blind = {};     // why that will not be called at once
  // While firejail builds the sandbox, which waits for their end: what takes time and cannot refuse the entry.
  std::function<void()> before_command = {};
  bool can_leave = false; // by `psbc leave`, inside
  std::function<const FilterJob*()> find_agent = {}; // what of the user's ssh agent is there inside
};

struct EnterResult {
  bool is_proved = false;          // that it was in the sandbox was checked from inside, before the command
  int status = 125;                // what psbc exits with: the command's, 128 + signal, or 125, 126, 127
  std::vector<LostFile> lost{};    // the first few files of HOME that are gone with the session
  std::uint32_t lost_count = 0;    // of all
  bool lost_partial = false;       // not all of HOME could be looked at
  std::optional<base::AbsPath> leave_for{}; // where what ran inside wants the user's shell to go
  std::vector<Exposure> exposed{}; // hidden files that became visible, those that were told at once first
  std::optional<Failure> failure;  // to be printed, when psbc or firejail failed and not the command
};

/// Returns when the command has ended and nothing of the sandbox is left.
EnterResult enter(const EnterRequest& request);

} // namespace psbc::runtime
