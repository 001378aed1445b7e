// SPDX-License-Identifier: MIT
// `psbc tokens set` and `rm`: one table of the user's own file, changed in place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "driver/compile.h"

namespace psbc::driver {

struct TokenSetting {
  std::string name;
  std::optional<base::AbsPath> root; // for the project there alone; nothing: for all
  std::vector<std::string> source;   // the words of a command, or the one word of a short form
  bool is_command = false;
  std::string kind; // as in the file; empty: not said
  std::string as;   // as in the file; empty: not said
};

/// Writes it, and says which file that was. Nothing is written when psbc's own parser would not read back exactly this:
/// then `diagnostics` say why, or the error does. A file that is not there is made with mode 0600; of one that is a
/// link, what the link leads to is replaced.
base::Result<base::AbsPath> set_token(base::Fs& fs, const policy::Places& places, const TokenSetting& setting, Sources& sources,
                                      diag::Diagnostics& diagnostics);
/// ENOENT when there is none.
base::Result<base::AbsPath> remove_token(base::Fs& fs, const policy::Places& places, const std::string& name,
                                         const std::optional<base::AbsPath>& root, Sources& sources, diag::Diagnostics& diagnostics);

} // namespace psbc::driver
