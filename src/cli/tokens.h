// SPDX-License-Identifier: MIT
// What the actions of `psbc tokens` share: what the project here asks for, and what the user has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"
#include "driver/compile.h"
#include "policy/token_source.h"

namespace psbc::cli {

struct KnownToken {
  std::string name;
  bool asked = false;     // by the project here
  bool read_only = false; // it asked for that kind
  bool optional = false;
  std::optional<policy::TokenSource> source;
};

struct TokenView {
  std::optional<driver::Project> project; // the one here, when there is one
  std::vector<KnownToken> tokens;         // asked for first, then the others that have a source
};

/// Nothing when a file has errors: then they were shown.
std::optional<TokenView> view_tokens(Context& context, const policy::Places& places, int& status);

std::string_view to_string(config::TokenKind kind);

} // namespace psbc::cli
