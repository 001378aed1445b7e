// SPDX-License-Identifier: MIT
// One incremental build: is it fresh, why not, make it, publish it. What `psbc build` and `psbc enter`
// share.
#pragma once

#include <cstdint>

#include "driver/compile.h"
#include "driver/left_open.h"
#include "trace/check.h"

namespace psbc::driver {

struct BuildRequest {
  const policy::Places& places;
  Project project;
  const base::Env& env;
  bool force = false;
  std::optional<base::AbsPath> templates = std::nullopt; // --template
  std::optional<std::string> approved = std::nullopt;    // as in CompileInput
  base::FirstLook* first_look = nullptr;                 // with which the project was found, just now
};

struct BuildResult {
  enum class State : std::uint8_t { fresh, built, invalid } state = State::invalid; // invalid: see the diagnostics
  std::vector<std::string> reasons; // why it was not fresh; one sentence each
  std::vector<std::string> damage;  // what somebody had done to the outputs
  std::vector<std::string> written; // names of the outputs
  std::vector<std::string> notes;   // what the user should know besides
  LeftOpen open;                    // when it was built
  std::size_t inputs = 0;           // facts that the build rests on
};

/// What would have to be built, without building.
base::Result<trace::Freshness> check(const BuildRequest& request);
/// Builds what is stale. On any failure the last good build is untouched.
base::Result<BuildResult> build(const BuildRequest& request, Sources& sources, diag::Diagnostics& diagnostics);

} // namespace psbc::driver
