// SPDX-License-Identifier: MIT
// Fills the fresh, private HOME: files, links to the files that the sandbox keeps in its own root, and
// the names under which the user knows symlinked paths. Everything in the root may have been planted by
// an earlier session (links, fifos, directories where files belong): it is opened without following
// links, and what is not a regular file is put aside. Nothing planted there could reach further than
// the sandbox itself, but it must not confuse or block the entry.
#pragma once

#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "emit/enter_plan.h"

namespace psbc::runtime {

base::Status make_home(const emit::EnterPlan& plan);

/// One directory and one name in it.
struct Place {
  base::Fd directory;
  std::string name;
};

/// The place of `relative` below `base`; links on the way are not followed. With `make`, directories that
/// are missing are made, and what is in the way of one is put aside; without, they are an Error.
base::Result<Place> find_place(const std::string& base, const std::string& relative, bool make);

/// `existing` with psbc's own marked block at the top, holding `content`, and the rest as it was. An
/// older block is replaced, wherever it stands.
std::string with_block(std::string_view existing, std::string_view content);

} // namespace psbc::runtime
