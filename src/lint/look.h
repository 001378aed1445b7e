// SPDX-License-Identifier: MIT
// What the rules get. Each file of src/lint/rules is one function; a rule adds findings and decides nothing else.
#pragma once

#include "base/text.h"
#include "lint/document.h"
#include "lint/lint.h"

namespace psbc::lint {

struct Look {
  const Input& in;
  const Document& document; // with a tree and a config
  diag::Diagnostics& out;

  bool sees(diag::Scope scope) const { return scope <= in.scope; }

  /// With the severity of the rule. `mend`: what mends it.
  diag::Diagnostic& add(diag::Code code, const diag::Span& span, std::string message, std::string label = {}, std::vector<std::string> notes = {},
                        std::vector<std::string> help = {}, std::vector<diag::Edit> mend = {}) const;
};

/// Text of the file for a message.
inline std::string shown(std::string_view text) { return "`" + base::escape(text.substr(0, 200)) + "`"; }

void text_rules(const Look& look);       // 0xx
void path_rules(const Look& look);       // 1xx
void exposure_rules(const Look& look);   // 2xx
void hiding_rules(const Look& look);     // 3xx
void token_rules(const Look& look);      // 4xx
void repository_rules(const Look& look); // 5xx, 6xx

/// These need no values: they look at the text and at comments, of a broken file as well.
void secret_rules(const Document& document, diag::Diagnostics& out);

} // namespace psbc::lint
