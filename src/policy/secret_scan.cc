// SPDX-License-Identifier: MIT
#include "policy/secret_scan.h"

#include <algorithm>
#include <optional>
#include <span>

#include "base/token_forms.h"
#include "policy/secret_words.h"

namespace psbc::policy {
namespace {

// Bounds on how far one rule looks from where it starts: they keep the scan linear on a hostile line.
constexpr std::size_t max_name = 128;
constexpr std::size_t max_value = 512;

constexpr std::string_view mask = "****";
constexpr std::string_view blanks = " \t";

struct Hit {
  std::string kind;
  std::string redacted;
};

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_quote(char c) { return c == '"' || c == '\''; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t find_ignoring_case(std::string_view text, std::string_view lowered) {
  const auto at = std::search(text.begin(), text.end(), lowered.begin(), lowered.end(),
                              [](char a, char b) { return lower(a) == b; });
  return at == text.end() ? std::string_view::npos : static_cast<std::size_t>(at - text.begin());
}

std::size_t skip_blanks(std::string_view line, std::size_t i) {
  return std::min(line.find_first_not_of(blanks, i), line.size());
}

bool is_comment(std::string_view line) {
  const auto first = skip_blanks(line, 0);
  return first < line.size() && (line[first] == '#' || line[first] == ';' || line[first] == '"');
}

/// One word as a shell would read it, roughly: a quoted text, or up to what ends a word.
struct Value {
  std::string_view text;
  bool quoted = false;
  std::size_t end = 0; // behind the closing quote
};

Value read_value(std::string_view line, std::size_t i) {
  if (i + 1 < line.size() && (line[i] == '\\' || line[i] == '$') && is_quote(line[i + 1]))
    ++i; // \"x\" in an alias, $'x'
  if (i < line.size() && is_quote(line[i])) {
    const auto rest = line.substr(i + 1, max_value);
    auto size = std::min(rest.find(line[i]), rest.size());
    const auto end = i + 1 + size + (size < rest.size() ? 1 : 0);
    if (size > 0 && rest[size - 1] == '\\') --size;
    return {.text = rest.substr(0, size), .quoted = true, .end = end};
  }
  const auto rest = line.substr(std::min(i, line.size()), max_value);
  const auto size = std::min(rest.find_first_of(" \t;&|\"'\\,"), rest.size());
  auto text = rest.substr(0, size);
  while (text.ends_with(')') || text.ends_with('}')) text.remove_suffix(1); // ${X:-value}
  return {.text = text, .quoted = false, .end = i + size};
}

/// `getpass()`, `os.environ["X"]`, `config.token`, `g:token`: unquoted, these name a value.
bool is_code(std::string_view text) {
  if (text.find_first_of("([") != std::string_view::npos) return true;
  const auto in_name = [](char c) {
    return (is_alnum(c) && !is_digit(c)) || c == '_' || c == '.' || c == ':';
  };
  return text.find_first_of(".:") != std::string_view::npos && !text.ends_with('.') &&
         std::all_of(text.begin(), text.end(), in_name);
}

bool is_secret_value(const Value& value, NameClass name) {
  return (value.quoted || !is_code(value.text)) && is_secret_literal(value.text, name);
}

std::optional<Hit> find_token(std::string_view line) {
  const auto token = base::find_token(line);
  if (!token) return {};
  return Hit{std::string(token->form.what), std::string(token->form.prefix.substr(0, 4)).append(mask)};
}

std::optional<Hit> find_private_key(std::string_view line) {
  const auto begin = line.find("-----BEGIN ");
  if (begin != std::string_view::npos && line.substr(begin, 64).find("PRIVATE KEY") != std::string_view::npos)
    return Hit{"private key", std::string(mask)};
  if (line.find("PuTTY-User-Key-File-") != std::string_view::npos)
    return Hit{"private key", std::string(mask)};
  return {};
}

/// conda's channels carry theirs in the path: https://host/t/TOKEN/channel.
bool has_channel_token(std::string_view path) {
  if (!path.starts_with("/t/")) return false;
  const auto token = path.substr(3, path.find('/', 3) - 3);
  return token.size() >= 8 && token.find_first_of(" \t\"'") == std::string_view::npos && base::is_concrete(token);
}

/// scheme://user:password@host, scheme://token@host and scheme://host/t/token.
std::optional<Hit> find_url_password(std::string_view line) {
  for (auto at = line.find("://"); at != std::string_view::npos; at = line.find("://", at + 3)) {
    auto begin = at;
    while (begin > 0 && at - begin < 20 && (is_alnum(line[begin - 1]) || line[begin - 1] == '+')) --begin;
    const auto rest = line.substr(at + 3, max_value);
    const auto authority = rest.substr(0, rest.find_first_of("/?# \t\"'<>\\"));
    const auto host = authority.rfind('@');
    if (begin != at && has_channel_token(rest.substr(authority.size())))
      return Hit{"token in a URL", std::string(line.substr(begin, at - begin)).append("://").append(mask)};
    if (begin == at || host == std::string_view::npos) continue;
    const auto user = authority.substr(0, host);
    const auto colon = user.find(':');
    const bool found = colon == std::string_view::npos
                           ? looks_random(user) && user.size() >= 20
                           : user.size() - colon > 3 && base::is_concrete(user.substr(colon + 1));
    if (found)
      return Hit{"password in a URL", std::string(line.substr(begin, at - begin)).append("://").append(mask)};
  }
  return {};
}

/// The name to the left of an assignment's operator: API_KEY=, "api_key": , conf["api_key"] =, ${API_KEY:=
std::string_view name_before(std::string_view line, std::size_t end) {
  while (end > 0 && is_blank(line[end - 1])) --end;
  for (int closers = 0;
       closers < 3 && end > 0 && (is_quote(line[end - 1]) || line[end - 1] == ']' || line[end - 1] == '\\');
       ++closers)
    --end;
  auto begin = end;
  while (
      begin > 0 && end - begin < max_name &&
      (is_alnum(line[begin - 1]) || std::string_view("_.-").find(line[begin - 1]) != std::string_view::npos))
    --begin;
  const bool compared =
      begin > 0 && line[begin - 1] == '$' && line.substr(0, 64).find_first_of("[(") != std::string_view::npos;
  return compared ? std::string_view{} : line.substr(begin, end - begin);
}

std::optional<Hit> find_assignment(std::string_view line) {
  for (auto i = line.find_first_of("=:"); i != std::string_view::npos; i = line.find_first_of("=:", i + 1)) {
    const char next = i + 1 < line.size() ? line[i + 1] : '\0';
    const bool is_default = line[i] == ':' && next == '-'; // ${NAME:-value}
    if (line[i] == '=' && (next == '=' || next == '~' ||
                           (i > 0 && std::string_view("=!<>").find(line[i - 1]) != std::string_view::npos)))
      continue;
    if (line[i] == ':' && !is_default && !is_blank(next) && !is_quote(next)) continue;

    auto name_end = i;
    if (line[i] == '=' && i > 0 && std::string_view(":?+").find(line[i - 1]) != std::string_view::npos)
      --name_end;
    const auto name = name_before(line, name_end);
    const auto kind = classify_name(name);
    if (kind == NameClass::plain) continue;

    const auto begin = skip_blanks(line, i + (is_default || (line[i] == '=' && next == '>') ? 2 : 1));
    const auto value = read_value(line, begin);
    if (!is_secret_value(value, kind)) continue;
    const auto name_begin = static_cast<std::size_t>(name.data() - line.data());
    const bool in_string = name_begin > 0 && is_quote(line[name_begin - 1]) && !is_quote(line[i - 1]);
    if (line[i] == ':' && in_string && value.quoted) continue; // 'Password: ' ends here
    if (line[i] == ':' && !is_default && !value.quoted) {      // "Password: type it twice" is prose
      const auto after = skip_blanks(line, value.end);
      if (after < line.size() && std::string_view("#,\"'").find(line[after]) == std::string_view::npos)
        continue;
      if (is_comment(line) && std::none_of(value.text.begin(), value.text.end(), is_digit)) continue;
    }
    return Hit{"value of a secret name", std::string(name).append("=").append(mask)};
  }
  return {};
}

/// Words that are followed by a secret: fish and csh assignments, netrc, options of commands.
std::optional<Hit> find_word_pair(std::string_view line) {
  std::vector<std::string_view> words;
  for (auto i = skip_blanks(line, 0); i < line.size();) {
    const auto end = std::min(line.find_first_of(blanks, i), line.size());
    words.push_back(line.substr(i, end - i));
    i = skip_blanks(line, end);
  }
  const auto value_of = [](std::string_view word) { return read_value(word, 0); };
  bool netrc = words.size() == 2 && words[0] == "password";
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto word = words[i];
    auto value = value_of(words[i + 1]);
    std::string_view name = word;
    if (word == "set" || word == "setenv") { // set -gx NAME value
      auto at = i + 1;
      while (at < words.size() && words[at].starts_with('-')) ++at;
      if (at + 1 >= words.size() || words[at + 1].starts_with('=')) continue;
      name = words[at];
      value = value_of(words[at + 1]);
      if (!is_secret_value(value, classify_name(name))) continue;
    } else if (word == "machine" || word == "login") {
      netrc = true;
      continue;
    } else if (word == "password" || word == "passwd") {
      if (!netrc || !is_secret_value(value, NameClass::secret)) continue;
    } else if (word.starts_with("--")) {
      if (words[i + 1].starts_with('-') || word.find('=') != std::string_view::npos) continue;
      if (is_comment(line) || !is_secret_value(value, classify_name(word))) continue;
    } else if (word == "-p" && i > 0 && words[i - 1].ends_with("sshpass")) {
      if (!is_secret_value(value, NameClass::secret)) continue;
      name = "sshpass -p";
    } else {
      continue;
    }
    return Hit{"value of a secret name", std::string(name.substr(0, max_name)).append(" ").append(mask)};
  }
  return {};
}

/// Authorization: Bearer X, in any quoting.
std::optional<Hit> find_authorization(std::string_view line) {
  const auto at = find_ignoring_case(line, "authorization");
  if (at == std::string_view::npos) return {};
  auto i = line.find_first_not_of(" \t\"':=\\", at + std::string_view("authorization").size());
  if (i == std::string_view::npos) return {};
  const auto scheme = read_value(line, i);
  if (scheme.quoted ||
      !(find_ignoring_case(scheme.text, "bearer") == 0 || find_ignoring_case(scheme.text, "basic") == 0 ||
        find_ignoring_case(scheme.text, "token") == 0))
    return {};
  const auto value = read_value(line, skip_blanks(line, scheme.end));
  if (value.text.size() < 8 || !is_secret_value(value, NameClass::secret)) return {};
  return Hit{"authorization header", std::string("Authorization: ").append(mask)};
}

using Rule = std::optional<Hit> (*)(std::string_view line);

/// The most telling rule first.
constexpr Rule setting_rules[] = {find_token, find_private_key, find_url_password, find_authorization, find_assignment, find_word_pair};

/// A token that is not a piece of base64: there, `/cio` and the like come up by chance. A signed statement of who
/// somebody is (JWT) is ordinary content of a crawled page.
std::optional<Hit> find_data_token(std::string_view line) {
  for (auto token = base::find_token(line); token; token = base::find_token(line, token->end)) {
    const auto prefix = token->form.prefix;
    const bool in_base64 = token->begin > 0 && std::string_view("+/").find(line[token->begin - 1]) != std::string_view::npos &&
                           prefix.find_first_of("_-.~") == std::string_view::npos;
    if (prefix == "eyJ" || in_base64 || !looks_random(line.substr(token->begin, token->end - token->begin))) continue;
    return Hit{std::string(token->form.what), std::string(prefix.substr(0, 4)).append(mask)};
  }
  return {};
}

constexpr Rule data_rules[] = {find_data_token, find_private_key};

std::vector<Finding> scan(std::string_view text, std::span<const Rule> rules) {
  std::vector<Finding> findings;
  for (std::uint32_t number = 1; !text.empty() && findings.size() < max_findings; ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    for (const Rule rule : rules)
      if (auto hit = rule(line)) {
        findings.push_back({number, std::move(hit->kind), std::move(hit->redacted)});
        break;
      }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return findings;
}

} // namespace

std::vector<Finding> scan_secrets(std::string_view text) { return scan(text, setting_rules); }
std::vector<Finding> scan_data(std::string_view text) { return scan(text, data_rules); }

} // namespace psbc::policy
