// SPDX-License-Identifier: MIT
#include "base/token_forms.h"

#include <algorithm>
#include <array>

#include "base/catalogue_tables.h"

namespace psbc::base {
namespace {

constexpr std::size_t shown_prefix = 4;    // what a redacted token still shows: its vendor's own letters
constexpr std::size_t max_authority = 512; // how far a URL's host is looked for: bounds the work on a hostile line

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr auto dull_values = std::to_array<std::string_view>({
    "always",     "ask",    "auto",     "default", "disabled",  "enabled",  "env",    "example",
    "false",      "file",   "keyring",  "never",   "nil",       "none",     "null",   "optional",
    "pass",       "passwd", "password", "prompt",  "read",      "required", "secret", "string",
    "sufficient", "test",   "token",    "true",    "undefined", "write",
});

constexpr auto placeholder_parts = std::to_array<std::string_view>({
    "...",
    "****",
    "change-me",
    "change_me",
    "changeme",
    "example",
    "insert-",
    "insert_",
    "placeholder",
    "redacted",
    "xxxx",
    "your-",
    "your_",
});

/// A reference to a secret that lives elsewhere, or text that a program fills in.
constexpr auto reference_starts = std::to_array<std::string_view>({
    "!",
    "$",
    "%",
    "<",
    "@",
    "[",
    "`",
    "bw://",
    "env:",
    "file:",
    "keyring:",
    "op://",
    "pass://",
    "pass:",
    "ref+",
    "vault:",
    "{",
});

std::string_view text_of(tables::TextRef ref) { return {tables::catalogue_text + ref.at, ref.size}; }

/// The end of the token of this form that starts at `at`; `at` when there is none.
std::size_t match(std::string_view text, std::size_t at, const tables::FormRow& row) {
  const auto prefix = text_of(row.prefix);
  if (text[at + 1 < text.size() ? at + 1 : at] != prefix[1] || !text.substr(at).starts_with(prefix)) return at; // most end here
  const auto begin = at + prefix.size();
  // The shortest rest decides, so that a hostile line is not read again from each of its characters.
  const auto start = text.substr(begin, row.min_rest);
  const auto fits = [&](char c) { return belongs_to(c, row.alphabet); };
  if (start.size() < row.min_rest || !std::all_of(start.begin(), start.end(), fits)) return at;
  // A short one is random, and no word: it has a digit, or letters of both cases (one in seventy of 24 characters has no digit).
  const auto any = [&](auto kind) { return std::any_of(start.begin(), start.end(), kind); };
  const bool mixed = any([](char c) { return c >= 'a' && c <= 'z'; }) && any([](char c) { return c >= 'A' && c <= 'Z'; });
  if (row.min_rest < 32 && !mixed && !any(is_digit)) return at;
  if (!is_concrete(start)) return at;
  auto end = begin + row.min_rest;
  while (end < text.size() && fits(text[end])) ++end;
  return end;
}

/// What continues a word: no prefix begins behind it.
constexpr auto in_words = [] {
  std::array<bool, 256> out{};
  for (int c = 0; c < 256; ++c) out[static_cast<std::size_t>(c)] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  return out;
}();

/// The forms whose prefix begins with a byte.
struct FormRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};
using FormIndex = std::array<FormRange, 256>;

FormIndex make_index() {
  FormIndex out{};
  for (std::uint16_t form = 0; form < tables::catalogue_form_count; ++form) {
    FormRange& range = out[static_cast<unsigned char>(tables::catalogue_text[tables::catalogue_forms[form].prefix.at])];
    if (range.first == range.last) range.first = form;
    range.last = static_cast<std::uint16_t>(form + 1);
  }
  return out;
}

/// Masks what stands between the `:` and the `@` of `scheme://user:password@host`.
void mask_url_passwords(std::string& text) {
  for (auto at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const auto rest = std::string_view(text).substr(at + 3, max_authority);
    const auto authority = rest.substr(0, rest.find_first_of("/?# \t\r\n\"'<>\\"));
    const auto host = authority.rfind('@');
    if (host == std::string_view::npos) continue;
    const auto colon = authority.substr(0, host).find(':');
    if (colon == std::string_view::npos || !is_concrete(authority.substr(colon + 1, host - colon - 1))) continue;
    std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at + 3 + colon + 1), host - colon - 1, '*');
  }
}

/// Whether what is assigned to this key of a TOML file may be a credential itself; `from` and `value` are where people
/// write it who take the source of a token for the token.
bool names_credential(std::string_view key) {
  constexpr std::string_view ends[] = {"credential", "from", "key", "passphrase", "passwd", "password", "secret", "token", "value"};
  std::string name(key.substr(0, key.find_last_not_of(" \t\"'") + 1));
  std::transform(name.begin(), name.end(), name.begin(), lower);
  return std::any_of(std::begin(ends), std::end(ends), [&](std::string_view end) { return name.ends_with(end); });
}

/// `~/x`, `/x`, `pass:x`: says where something is.
bool is_reference(std::string_view value) {
  const std::size_t word = value.find_first_not_of("abcdefghijklmnopqrstuvwxyz-");
  return value.starts_with("~/") || value.starts_with('/') || (word != 0 && word != std::string_view::npos && value[word] == ':');
}

} // namespace

bool belongs_to(char c, Alphabet alphabet) {
  switch (alphabet) {
    case Alphabet::upper: return is_digit(c) || (c >= 'A' && c <= 'Z');
    case Alphabet::alnum: return is_alnum(c);
    case Alphabet::word: return is_alnum(c) || c == '_';
    case Alphabet::url: return is_alnum(c) || c == '_' || c == '-';
    case Alphabet::base64: return is_alnum(c) || c == '_' || c == '-' || c == '+' || c == '/' || c == '=';
    case Alphabet::dotted: return is_alnum(c) || c == '_' || c == '-' || c == '.';
    case Alphabet::hex: return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
  }
  return false;
}

std::size_t token_form_count() { return tables::catalogue_form_count; }

TokenForm token_form(std::size_t index) {
  const auto& row = tables::catalogue_forms[index];
  return {.what = text_of(row.what), .prefix = text_of(row.prefix), .alphabet = row.alphabet, .min_rest = row.min_rest, .service = row.service};
}

std::optional<TokenMatch> find_token(std::string_view text, std::size_t from) {
  static const FormIndex index = make_index();
  bool in_word = from > 0 && from <= text.size() && in_words[static_cast<unsigned char>(text[from - 1])];
  for (auto i = from; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool starts = !in_word;
    in_word = in_words[byte];
    if (!starts || index[byte].first == index[byte].last) continue;
    std::optional<TokenMatch> found; // where one prefix begins another, the longest says what it is
    for (std::size_t form = index[byte].first; form != index[byte].last; ++form)
      if (const auto end = match(text, i, tables::catalogue_forms[form]); end != i) found = TokenMatch{.begin = i, .end = end, .form = token_form(form)};
    if (found) return found;
  }
  return {};
}

bool is_concrete(std::string_view value) {
  if (value.empty()) return false;
  const auto starts = [&](std::string_view start) { return value.starts_with(start); };
  if (std::any_of(reference_starts.begin(), reference_starts.end(), starts)) return false;
  if (std::all_of(value.begin(), value.end(), [&](char c) { return c == value.front(); })) return false;
  std::string text(value);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  if (std::find(dull_values.begin(), dull_values.end(), text) != dull_values.end()) return false;
  return std::none_of(placeholder_parts.begin(), placeholder_parts.end(), [&](std::string_view p) { return text.find(p) != std::string::npos; });
}

std::string redact(std::string_view text) {
  std::string out(text);
  mask_url_passwords(out);
  for (auto token = find_token(out); token; token = find_token(out, token->end)) {
    const auto shown = token->begin + std::min(shown_prefix, token->form.prefix.size());
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(shown), out.begin() + static_cast<std::ptrdiff_t>(token->end), '*');
  }
  return out;
}

std::string redact_line(std::string_view line) {
  constexpr std::size_t shortest = 8; // "read", "file" and their like are no secrets
  std::string out = redact(line);
  const std::string_view text = out;
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !names_credential(text.substr(0, equals))) return out;
  const std::size_t quote = text.find_first_not_of(" \t", equals + 1);
  if (quote == std::string_view::npos || (text[quote] != '"' && text[quote] != '\'')) return out;
  const std::size_t begin = std::min(text.find_first_not_of(text[quote], quote), text.size());
  const std::size_t end = std::min(text.find(text[quote], begin), text.size());
  const std::string_view value = text.substr(begin, end - begin);
  if (value.size() >= shortest && is_concrete(value) && !is_reference(value)) std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(begin), value.size(), '*');
  return out;
}

} // namespace psbc::base
