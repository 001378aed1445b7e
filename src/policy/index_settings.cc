// SPDX-License-Identifier: MIT
#include "policy/index_settings.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "base/url.h"
#include "policy/secret_scan.h"
#include "policy/secret_words.h"

namespace psbc::policy {
namespace {

// Sorted. Of pip, uv, conda and pdm: each name means the same to all that have it.
constexpr std::string_view kept_settings[] = {
    "allow-insecure-host", "allowlist-channels", "authenticate", "ca-certs", "cert", "channel-alias", "channel-priority",
    "channels", "custom-channels", "custom-multichannels", "default", "default-channels", "default-timeout",
    "denylist-channels", "disable-pip-version-check", "exclude-newer", "exclude-newer-package", "exclude-packages", "explicit",
    "extra-index-url", "find-links", "format", "ignore-cache", "ignore-stored-index", "include-packages", "index",
    "index-strategy", "index-url", "mirrored-channels", "name", "native-tls", "no-binary", "no-binary-package", "no-build",
    "no-build-package", "no-index", "offline", "only-binary", "override-channels-enabled", "pre", "prefer-binary", "prerelease",
    "proxy", "proxy-servers", "pypi-url", "pypy-install-mirror", "python-install-mirror", "require-hashes",
    "require-virtualenv", "resolution", "retries", "ssl-verify", "timeout", "trusted-host", "type", "uploaded-prior-to", "url",
    "verify-ssl", "whitelist-channels"};

/// conda writes the token of a channel into its path (conda.common.url.split_anaconda_token).
std::string without_conda_token(std::string line) {
  constexpr std::string_view mark = "/t/";
  const std::size_t scheme = line.find("://");
  const std::size_t at = scheme == std::string::npos ? scheme : line.find(mark, scheme + 3);
  if (at == std::string::npos) return line;
  const std::size_t end = line.find('/', at + mark.size());
  const bool one_word = end != std::string::npos && end > at + mark.size() && line.find_first_of(" \t\"'", at) > end;
  return one_word ? line.erase(at, end - at) : line;
}

/// `https://user:pa/ss@host`: no address that works, and a password all the same.
bool hides_userinfo(std::string_view line) {
  for (std::size_t at = 0; (at = line.find("://", at)) != std::string_view::npos; at += 3) {
    const std::string_view word = line.substr(at + 3, line.find_first_of(" \t\"'", at) - at - 3);
    const std::size_t colon = word.find(':'), sign = word.rfind('@');
    if (colon == std::string_view::npos || sign == std::string_view::npos || sign < colon) continue;
    const std::size_t port_end = word.find_first_not_of("0123456789", colon + 1);
    if (port_end == colon + 1 || word[port_end] != '/') return true;
  }
  return false;
}

/// Digits and letters of both cases, with every other step or more from one kind to another: no name is like that, and no
/// checksum.
bool looks_dealt(std::string_view part) {
  constexpr std::size_t shortest = 16;
  const auto kind = [](char c) { return c >= 'a' && c <= 'z' ? 1 : c >= 'A' && c <= 'Z' ? 2 : c >= '0' && c <= '9' ? 3 : 0; };
  std::size_t changes = 0;
  unsigned kinds = 0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    kinds |= 1U << static_cast<unsigned>(kind(part[i]));
    changes += i > 0 && kind(part[i]) != kind(part[i - 1]) ? 1 : 0;
  }
  return part.size() >= shortest && changes * 2 >= part.size() && kinds == 0b1110;
}

/// Services that take a token as the first part of the path, when more than `parts` of them follow (their manuals).
struct TokenPath {
  std::string_view host;
  std::size_t parts;
  std::string_view none; // in that place when the rest is no secret
};
constexpr TokenPath token_paths[] = {{"dl.cloudsmith.io", 1, "public"}, {"pypi.fury.io", 1, ""}};

/// A token in the path or the query of an address.
bool holds_token(std::string_view line) {
  for (std::size_t at = 0; (at = line.find("://", at)) != std::string_view::npos; at += 3) {
    const std::string_view word = line.substr(at + 3, line.find_first_of(" \t\"'", at) - at - 3);
    const std::string_view path = word.substr(0, word.find_first_of("?#"));
    std::vector<std::string_view> parts;
    for (const std::string_view part : base::split(path, '/'))
      if (!part.empty()) parts.push_back(part);
    if (std::any_of(parts.begin(), parts.end(), looks_dealt)) return true;
    for (const TokenPath& known : token_paths)
      if (parts.size() > known.parts + 1 && parts[0] == known.host && parts[1] != known.none && parts[1] != "basic") return true;
    const std::size_t query = word.find('?');
    if (query == std::string_view::npos) continue;
    for (const std::string_view part : base::split(word.substr(query + 1), '&'))
      if (looks_random(part.substr(part.find('=') + 1))) return true;
  }
  return false;
}

enum class Line : std::uint8_t { nothing, header, setting, continued, unclear };

constexpr std::string_view blanks = " \t";

Line kind_of(std::string_view line, Syntax syntax) {
  const std::size_t begin = line.find_first_not_of(blanks);
  if (begin == std::string_view::npos || line[begin] == '#' || (line[begin] == ';' && syntax == Syntax::ini)) return Line::nothing;
  const bool header = line[begin] == '[' && (syntax == Syntax::toml || begin == 0) && syntax != Syntax::yaml &&
                      line.find_first_of("=,") == std::string_view::npos;
  if (header) return Line::header;
  const std::size_t sign = line.find_first_of(syntax == Syntax::toml ? "=" : syntax == Syntax::yaml ? ":" : "=:");
  const bool names = sign != std::string_view::npos && line[begin] != '-' && line.substr(begin, sign - begin).find_first_of("/{[,") == std::string_view::npos;
  if (names && (begin == 0 || syntax == Syntax::toml)) return Line::setting;
  const bool may_continue = begin > 0 || syntax == Syntax::toml || (syntax == Syntax::yaml && line[begin] == '-');
  if (may_continue) return Line::continued;
  // YAML that no line of its own tells: a flow mapping, an anchor, a tag.
  return syntax == Syntax::yaml && std::string_view("{&!?").find(line[0]) != std::string_view::npos ? Line::unclear : Line::nothing;
}

/// As tools compare names: `Index_URL` is `index-url`, `"pypi.url"` is its last part.
std::string name_of(std::string_view line) {
  std::string name;
  for (char c : line.substr(0, line.find_first_of("=:"))) {
    if (c == '.') name.clear();
    else if (c == '_') name += '-';
    else if (c >= 'A' && c <= 'Z') name += static_cast<char>(c + 32);
    else if (c != ' ' && c != '\t' && c != '"' && c != '\'') name += c;
  }
  return name;
}

bool is_kept(const std::string& name) {
  return std::binary_search(std::begin(kept_settings), std::end(kept_settings), std::string_view(name));
}

/// `index-url = ...`, `pypi.url = ...`
bool names_index(std::string_view line) {
  const std::string name = name_of(line);
  const std::string_view key = line.substr(0, line.find_first_of("=:"));
  return name == "index-url" || name == "extra-index-url" || name == "index" || key.find("pypi") != std::string_view::npos;
}

/// `[[index]]` of uv, `[pypi]` and `[pypi.NAME]` of pdm.
bool is_index_table(std::string_view header) {
  std::string first;
  for (const char c : header.substr(0, header.find('.')))
    if (c >= 'a' && c <= 'z') first += c;
  return first == "index" || first == "pypi";
}

std::string stripped(std::string_view line) { return without_conda_token(base::without_userinfo(line)); }

} // namespace

std::vector<SettingLine> setting_lines(std::string_view text, Syntax syntax) {
  std::vector<SettingLine> out;
  for (const std::string_view line : base::split(text, '\n')) {
    const Line kind = kind_of(line, syntax);
    if (kind != Line::nothing) out.push_back({.text = line, .name = kind == Line::setting ? name_of(line) : "", .is_continued = kind == Line::continued});
  }
  return out;
}

CarriedSettings carry_settings(std::string_view text, Syntax syntax, bool indexes) {
  CarriedSettings out;
  std::vector<std::uint32_t> numbers; // of the lines that are kept
  std::uint32_t number = 0;
  bool keeps = false; // the setting that a continued line belongs to
  bool skips = false; // a table of an index that is left out
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    const Line kind = kind_of(line, syntax);
    if (kind == Line::nothing) continue;
    if (kind == Line::unclear) {
      out.unclear.push_back(number);
      continue;
    }
    if (kind == Line::setting) keeps = is_kept(name_of(line)) && (indexes || !names_index(line));
    if (kind == Line::header) keeps = false;
    if (kind == Line::header) skips = !indexes && syntax == Syntax::toml && is_index_table(line);
    if (skips || (kind != Line::header && !keeps)) continue;
    const std::string clean = stripped(line);
    if (clean != line) out.passwords.push_back(number);
    if (hides_userinfo(clean) || holds_token(clean)) out.secrets.push_back(number);
    out.text += clean + "\n";
    numbers.push_back(number);
  }
  for (const Finding& finding : scan_secrets(out.text))
    if (finding.line >= 1 && finding.line <= numbers.size()) out.secrets.push_back(numbers[finding.line - 1]);
  return out;
}

bool carry_addresses(std::string_view value, std::string& carried) {
  carried = stripped(value);
  return !hides_userinfo(carried) && !holds_token(carried) && scan_secrets(carried).empty();
}

} // namespace psbc::policy
