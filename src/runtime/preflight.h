// SPDX-License-Identifier: MIT
// What must be true of this machine before firejail is worth starting. psbc's first process proves the
// sandbox again from inside; this is where a user gets told why it could not have worked.
#pragma once

#include <string>
#include <string_view>

#include "base/path.h"
#include "base/result.h"
#include "emit/firejail_version.h"

namespace psbc::runtime {

struct PreflightRequest {
  base::AbsPath firejail;
  emit::FirejailVersion version;
  base::AbsPath home;
};

/// Opens /dev/null where a standard stream is closed, and makes ~/.config/firejail (FIREJAIL B0.4: in
/// a sandbox that found it missing, a planted file would govern every later one).
base::Status preflight(const PreflightRequest& request);

/// Why firejail would run a command here without any sandbox and without a word (FIREJAIL B0.1); empty
/// when it would not.
std::string why_no_sandbox(emit::FirejailVersion version);

/// The first switch in the text of firejail.config that turns off what psbc's profiles ask for: firejail
/// skips such directives with a warning that `--quiet` hides (THREATS A4). Empty when there is none.
std::string disabled_feature(std::string_view firejail_config);

/// Why root, which firejail is at its start, may be kept out of this place: it lies on NFS, which mostly squashes root (exports(5)), or on FUSE
/// without allow_other (fuse(8)). `mountinfo`: the text of /proc/self/mountinfo. Empty when nothing is known against it.
std::string why_root_is_kept_out(const base::AbsPath& place, std::string_view mountinfo);
/// The same, of this machine as it is.
std::string why_root_is_kept_out(const base::AbsPath& place);

} // namespace psbc::runtime
