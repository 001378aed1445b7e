// SPDX-License-Identifier: MIT
#include "policy/secret_words.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <vector>

#include "base/token_forms.h"

namespace psbc::policy {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_lower(c) || is_upper(c) || is_digit(c); }
char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The name tells where or how a secret is kept, not the secret.
constexpr auto descriptors = std::to_array<std::string_view>({
    "age",       "backend", "char",    "cmd",        "color",    "command",  "count",     "dir",
    "directory", "enable",  "enabled", "encryption", "endpoint", "env",      "expires",   "expiry",
    "fd",        "field",   "file",    "format",     "header",   "helper",   "host",      "icon",
    "id",        "ids",     "length",  "limit",      "max",      "method",   "min",       "mode",
    "name",      "path",    "policy",  "program",    "prompt",   "provider", "regex",     "scope",
    "set",       "size",    "sock",    "socket",     "store",    "style",    "threshold", "timeout",
    "ttl",       "type",    "uri",     "url",        "user",     "var",      "version",
});

/// `<word>_KEY` that is a credential and not a key on the keyboard or of a map.
constexpr auto key_owners = std::to_array<std::string_view>({
    "access",
    "account",
    "admin",
    "api",
    "app",
    "application",
    "auth",
    "client",
    "consumer",
    "deploy",
    "encryption",
    "license",
    "master",
    "private",
    "secret",
    "service",
    "storage",
    "subscription",
});

constexpr auto suspicious_endings = std::to_array<std::string_view>({
    "auth",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "creds",
    "jwt",
    "key",
    "license",
    "pat",
    "salt",
    "session",
});

constexpr auto secret_endings =
    std::to_array<std::string_view>({"apikey", "passphrase", "passwd", "password", "secret", "secrets"});

/// DB_PASSWORD, db-password and dbPassword are the same words.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  char previous = 0;
  for (const char c : name) {
    const bool boundary = !is_alnum(c) || (is_upper(c) && is_lower(previous));
    if (boundary && !words.back().empty()) words.emplace_back();
    if (is_alnum(c)) words.back() += lower(c);
    previous = c;
  }
  if (words.size() > 1 && words.back().empty()) words.pop_back();
  return words;
}

bool is_path(std::string_view value) {
  if (value.starts_with("~") || value.starts_with("./") || value.starts_with("../")) return true;
  if (!value.starts_with('/')) return false;
  // Base64 may start with a slash: only there is a component this long and this mixed.
  for (std::size_t begin = 1; begin < value.size();) {
    const auto end = std::min(value.find('/', begin), value.size());
    const auto part = value.substr(begin, end - begin);
    if (part.size() >= 20 && std::any_of(part.begin(), part.end(), is_lower) &&
        std::any_of(part.begin(), part.end(), is_upper) && std::any_of(part.begin(), part.end(), is_digit))
      return false;
    begin = end + 1;
  }
  return true;
}

/// The text without `$NAME`, `${...}`, `$(...)`: what is left is literal.
std::string without_expansions(std::string_view value) {
  std::string rest;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '`') return rest;
    if (value[i] != '$') {
      rest += value[i];
      continue;
    }
    const char open = i + 1 < value.size() ? value[i + 1] : '\0';
    if (open == '{' || open == '(') {
      const auto close = value.find(open == '{' ? '}' : ')', i);
      if (close == std::string_view::npos) return rest;
      i = close;
    } else {
      while (i + 1 < value.size() && (is_alnum(value[i + 1]) || value[i + 1] == '_')) ++i;
    }
  }
  return rest;
}

} // namespace

NameClass classify_name(std::string_view name) {
  const auto words = words_of(name);
  const auto& last = words.back();
  if (is_one_of(last, descriptors)) return NameClass::plain;
  for (const auto& word : words) {
    if (word == "token" || (&word == &last && word.ends_with("token"))) return NameClass::secret;
    if (std::any_of(secret_endings.begin(), secret_endings.end(),
                    [&](std::string_view e) { return word.ends_with(e); }))
      return NameClass::secret;
  }
  if (words.size() < 2) return last == "auth" ? NameClass::suspicious : NameClass::plain;
  if (last == "pass" || last == "pwd") return NameClass::secret;
  if (last == "key" && is_one_of(words[words.size() - 2], key_owners)) return NameClass::secret;
  return is_one_of(last, suspicious_endings) ? NameClass::suspicious : NameClass::plain;
}

bool looks_random(std::string_view value) {
  if (value.size() < 16) return false;
  std::bitset<128> seen;
  bool digit = false;
  bool letter = false;
  for (const char c : value) {
    if (!is_alnum(c) && std::string_view("+/=_.~-").find(c) == std::string_view::npos) return false;
    seen.set(static_cast<std::size_t>(c));
    digit = digit || is_digit(c);
    letter = letter || is_lower(c) || is_upper(c);
  }
  return digit && letter && seen.count() >= 8 && !is_path(value);
}

bool is_secret_literal(std::string_view value, NameClass name) {
  if (name == NameClass::plain || value.size() < 4) return false;
  if (value.find_first_of("$`") != std::string_view::npos) {
    const auto rest = without_expansions(value);
    return looks_random(rest) && base::is_concrete(rest);
  }
  if (!base::is_concrete(value)) return false;
  if (name == NameClass::suspicious) return looks_random(value);
  if (value.size() < 6 && std::all_of(value.begin(), value.end(), is_digit)) return false; // max_token = 4096
  if (value.find("://") != std::string_view::npos) return false; // the URL rule judges these
  return !is_path(value);
}

} // namespace psbc::policy
