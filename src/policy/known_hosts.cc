// SPDX-License-Identifier: MIT
#include "policy/known_hosts.h"

#include <algorithm>

#include "base/base64.h"
#include "base/sha1.h"
#include "base/text.h"

namespace psbc::policy {
namespace {

constexpr std::string_view blanks = " \t\r";

std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  const std::string_view word = line.substr(0, line.find_first_of(blanks));
  line.remove_prefix(word.size());
  return word;
}

/// `*` and `?`, without recursion: a pattern of a hundred stars costs no more than its length times the text's.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, restart = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++p, ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      restart = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++restart;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// `|1|salt|hash`: one name to a line.
bool is_hash_of(std::string_view word, std::string_view host) {
  const auto parts = base::split(word, '|');
  if (parts.size() != 4 || parts[1] != "1") return false;
  const auto salt = base::decode_base64(parts[2]);
  const auto hash = base::decode_base64(parts[3]);
  return salt && hash && base::hmac_sha1(*salt, host) == *hash;
}

bool names(std::string_view patterns, std::string_view host) {
  if (patterns.starts_with('|')) return is_hash_of(patterns, host);
  bool found = false;
  for (const std::string_view pattern : base::split(patterns, ',')) {
    if (pattern.starts_with('!') && matches(lower(pattern.substr(1)), host)) return false;
    found = found || matches(lower(pattern), host);
  }
  return found;
}

} // namespace

std::string known_host_name(std::string_view name, unsigned port) {
  return port == 22 ? std::string(name) : "[" + std::string(name) + "]:" + std::to_string(port);
}

std::vector<HostKey> known_keys(std::string_view known_hosts, std::string_view host) {
  std::vector<HostKey> keys;
  std::vector<std::string> revoked;
  for (std::string_view line : base::split(known_hosts, '\n')) {
    std::string_view word = take_word(line);
    const std::string_view marker = word.starts_with('@') ? word : std::string_view();
    if (!marker.empty()) word = take_word(line);
    if (word.empty() || word.starts_with('#') || !names(word, host)) continue;
    HostKey key{.type = std::string(take_word(line)), .text = std::string(take_word(line)), .blob = {}};
    auto blob = base::decode_base64(key.text);
    if (!blob || blob->empty()) continue;
    key.blob = std::move(*blob);
    if (marker == "@revoked") revoked.push_back(key.blob);
    if (marker.empty() && std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  std::erase_if(keys, [&](const HostKey& key) { return std::find(revoked.begin(), revoked.end(), key.blob) != revoked.end(); });
  return keys;
}

} // namespace psbc::policy
