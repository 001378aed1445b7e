// SPDX-License-Identifier: MIT
// From "the project asks for these tokens, and this is where the user has them" to values, at entry and on the host.
// Sources that are programs run side by side; those that may ask on the terminal, one after the other. No message
// holds a value, or any part of one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/secret.h"
#include "emit/enter_plan.h"
#include "policy/token_source.h"
#include "runtime/session.h"

namespace psbc::runtime {

struct TokenRequest {
  const emit::EnterPlan& plan;
  /// Where the token of this name comes from; nothing when the user has said nowhere.
  std::function<std::optional<policy::TokenSource>(std::string_view name)> source_of;
  const base::Env& host;
  int timeout_ms;        // for all programs together, not for questions
  bool is_terminal;      // somebody watches: say what is waited for
  std::function<void(std::string_view line)> say; // one line for the user
};

/// What crosses, for the record.
struct Delivered {
  std::string name;
  std::string source; // its kind: "pass", "command"
  bool as_file = false;
};

struct Tokens {
  std::vector<Delivered> delivered;
  std::vector<SecretVariable> variables;
  std::vector<SecretFile> files;
  std::vector<std::string> notes;    // one line each, for the user
  std::vector<base::Error> problems; // when there is one, nothing may be entered
};

Tokens find_tokens(const TokenRequest& request);

} // namespace psbc::runtime
