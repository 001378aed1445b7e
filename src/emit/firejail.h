// SPDX-License-Identifier: MIT
// Policy to firejail profile. Pure: values in, bytes out. Every line that leaves here has been read back
// by the model of firejail's own lexer (emit/lexer.h) and gave exactly what was meant (emit/check.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "diag/diagnostic.h"
#include "emit/firejail_version.h"
#include "emit/glob.h"
#include "emit/mounts.h"
#include "emit/spelling.h"
#include "emit/templates.h"
#include "policy/policy.h"

namespace psbc::emit {

enum class Variant : std::uint8_t {
  enter,      // psbc's first process adds the system call filter, the environment and the proof of entry
  standalone, // for plain `firejail --profile=`: complete as far as firejail alone can be
};

struct EmitInput {
  const policy::Policy& policy; // pinned (policy/verify.h)
  FirejailVersion version;
  Variant variant;
  const Templates& templates;
  CountMatches matches; // how many entries a glob finds: count_matches (emit/glob.h) over the build's Fs
  std::optional<base::AbsPath> hosts{}; // what /etc/hosts is inside: `hosts_copy`, where firejail loses_localhost
};

/// /etc/hosts behind one line that firejail may replace.
std::string hosts_copy(std::string_view hosts);

/// Nothing when a rule cannot be expressed, or when a user's template spoils the profile: the diagnostic
/// names the line of the user's file.
std::optional<std::string> emit_firejail(const EmitInput& input, diag::Diagnostics& diagnostics);

} // namespace psbc::emit
