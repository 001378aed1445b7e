// SPDX-License-Identifier: MIT
// Secrets in files of the host.
#pragma once

#include <string>

#include "base/env.h"
#include "base/secret.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

struct HostSecret {
  base::Secret bytes{};
  std::string cause{}; // why there are none
  std::string hint{};
  std::string note{};  // what the user should know all the same
};

/// The content of a plain file of at most 64 KiB. One that the sandbox can see is refused: the token would be inside
/// without having been granted, for every later session as well.
HostSecret read_secret_file(const std::string& path, const emit::EnterPlan& plan);

/// What `hf auth login` stored under `name`, or what is active when that is empty: huggingface_hub keeps the active
/// token in $HF_TOKEN_PATH, and all of them in $HF_STORED_TOKENS_PATH, an INI file; both in $HF_HOME by default.
HostSecret read_stored_token(const base::Env& host, const emit::EnterPlan& plan, const std::string& name);

} // namespace psbc::runtime
