// SPDX-License-Identifier: MIT
// Credentials that can be recognised by themselves: their vendor's prefix, then at least so many characters of an
// alphabet. No regular expressions: one pass over the text, no recursion, no allocation, whatever the text is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psbc::base {

enum class Alphabet : std::uint8_t {
  upper,  // A-Z 0-9
  alnum,  // A-Z a-z 0-9
  word,   // alnum _
  url,    // alnum _ -
  base64, // alnum + / = _ -
  dotted, // alnum _ - .
  hex,    // 0-9 a-f A-F
};
bool belongs_to(char c, Alphabet alphabet);

/// One row of schema/catalogue.toml. Lengths are minimums, because vendors lengthen their tokens.
struct TokenForm {
  std::string_view what; // "GitHub token"
  std::string_view prefix;
  Alphabet alphabet;
  std::size_t min_rest;
  std::size_t service; // of base/catalogue.h
};
std::size_t token_form_count();
TokenForm token_form(std::size_t index); // sorted by prefix

struct TokenMatch {
  std::size_t begin; // in the text, with the prefix
  std::size_t end;
  TokenForm form;
};
/// The first token at or behind `from`. A prefix inside of a longer word is none; nor is a rest that is a placeholder
/// (`xxxx`, `your-...`), or, where less than 32 characters suffice, one without a digit: `fw_` and `sk-` start
/// ordinary names too.
std::optional<TokenMatch> find_token(std::string_view text, std::size_t from = 0);

/// Not empty, and no `<token>`, `changeme`, `xxxx`, `$VAR`, `op://...`.
bool is_concrete(std::string_view value);

/// `text` with each token and each password in a URL masked: byte for byte, so that columns stay.
std::string redact(std::string_view text);

/// The same for a line of a configuration, where what is assigned to a credential's name is masked as well, whatever it
/// looks like: `WANDB_API_KEY = "0123..."`. A path and a source (`pass:wandb`) stay.
std::string redact_line(std::string_view line);

} // namespace psbc::base
