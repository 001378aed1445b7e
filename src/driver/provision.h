// SPDX-License-Identifier: MIT
// Makes on the host what firejail cannot make itself: it mounts over what exists and ignores what does
// not (FIREJAIL B2). Only empty directories and links; nothing is ever written into a sandbox's root
// afterwards, because what runs inside could have planted links there (PEERS E6).
#pragma once

#include "base/result.h"
#include "policy/places.h"
#include "policy/policy.h"

namespace psbc::driver {

/// How many things were made; 0 when all was there. Then the policy that was lowered before still
/// describes the machine; otherwise it must be lowered again.
base::Result<int> provision(const policy::Policy& policy, const policy::Places& places, const base::AbsPath& self);

/// `~/.config/firejail/python-env-<name>.profile` for those used to it: a link to the stand-alone
/// profile. A file that somebody wrote by hand is left alone: then the result is false.
base::Result<bool> link_profile(const policy::Policy& policy, const policy::Places& places);

} // namespace psbc::driver
