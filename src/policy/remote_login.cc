// SPDX-License-Identifier: MIT
#include "policy/remote_login.h"

#include <algorithm>

#include "base/catalogue.h"
#include "policy/gitconfig.h"

namespace psbc::policy {
namespace {

constexpr std::string_view separator = "://";

bool is_remote_url(const GitEntry& entry) {
  return entry.section == "remote" && (entry.key == "url" || entry.key == "pushurl");
}

/// Where the line begins, and its text without the line break.
struct Line {
  std::size_t begin;
  std::string_view text;
};
Line line_of(std::string_view text, std::uint32_t line) {
  std::size_t at = 0;
  for (std::uint32_t number = 1; number < line && at < text.size(); ++number)
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  return {.begin = at, .text = text.substr(at, std::min(text.find('\n', at), text.size()) - at)};
}

/// The part of a URL between the scheme and the path; both ends are offsets.
struct Login {
  std::size_t begin, end; // of what stands before the `@`
};
std::optional<Login> login_in(std::string_view text) {
  const std::size_t scheme = text.find(separator);
  if (scheme == std::string_view::npos) return std::nullopt;
  const std::size_t begin = scheme + separator.size();
  const std::size_t sign =
      text.substr(0, std::min(text.find_first_of("/?#\"\\ \t", begin), text.size())).rfind('@');
  if (sign == std::string_view::npos || sign < begin) return std::nullopt;
  return Login{.begin = begin, .end = sign};
}

/// Percent-encoding; nothing where it is broken, or stands for what no line of a credential can hold.
std::optional<std::string> decoded(std::string_view text) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return std::nullopt;
      c = static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

} // namespace

std::optional<RemoteUrl> remote_url_at(std::string_view text, std::uint32_t line) {
  const Line here = line_of(text, line);
  const std::string_view before = text.substr(0, here.begin + here.text.size());
  const auto header = before.rfind("[remote ");
  const auto other = before.rfind("\n[");
  if (header == std::string_view::npos || (other != std::string_view::npos && other > header))
    return std::nullopt;
  std::optional<RemoteUrl> out;
  for (const GitEntry& entry : parse_gitconfig(before.substr(header)))
    if (is_remote_url(entry) && entry.value.find(separator) != std::string::npos &&
        here.text.find(entry.value) != std::string_view::npos)
      out = RemoteUrl{.remote = entry.subsection, .url = entry.value};
  return out;
}

std::optional<RemoteLogin> login_of(std::string_view url) {
  const auto at = login_in(url);
  if (!at) return std::nullopt;
  const std::string_view rest = url.substr(at->end + 1), given = url.substr(at->begin, at->end - at->begin);
  RemoteLogin out{.protocol = std::string(url.substr(0, url.find(separator))),
                  .host = std::string(rest.substr(0, rest.find_first_of("/?#"))),
                  .user = {},
                  .password = {},
                  .written_user = {}};
  if ((out.protocol != "https" && out.protocol != "http") || out.host.empty()) return std::nullopt;
  const std::size_t colon = given.find(':');
  const auto user = decoded(given.substr(0, colon));
  const auto password = decoded(colon == std::string_view::npos ? "" : given.substr(colon + 1));
  if (!user || !password || user->empty()) return std::nullopt;
  out.user = *user;
  out.password = *password;
  if (!out.password.empty()) {
    out.written_user = given.substr(0, colon);
    return out;
  }
  for (std::size_t i = 0; i < base::git_login_count(); ++i) {
    const base::GitLogin login = base::git_login(i);
    if (login.host != out.host) continue;
    out.password = std::move(out.user);
    out.user = login.user;
    return out;
  }
  return std::nullopt;
}

std::optional<std::string> without_login(std::string_view text, std::uint32_t line, std::string_view user) {
  const auto set = remote_url_at(text, line);
  const std::string url = set ? set->url : "";
  const Line here = line_of(text, line);
  const auto at = login_in(here.text);
  const auto in_url = login_in(url);
  if (!at || !in_url) return std::nullopt;
  const std::string kept = user.empty() ? "" : std::string(user) + "@";
  std::string out(text.substr(0, here.begin + at->begin));
  out.append(kept).append(text.substr(here.begin + at->end + 1));
  // git must read the same as before, but for this value.
  auto wanted = parse_gitconfig(text);
  const auto found = parse_gitconfig(out);
  const std::string shorter = url.substr(0, in_url->begin) + kept + url.substr(in_url->end + 1);
  if (wanted.size() != found.size()) return std::nullopt;
  std::size_t changed = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == found[i]) continue;
    if (!is_remote_url(wanted[i]) || wanted[i].value != url) return std::nullopt;
    wanted[i].value = shorter;
    if (wanted[i] != found[i]) return std::nullopt;
    ++changed;
  }
  return changed == 1 ? std::optional(std::move(out)) : std::nullopt;
}

} // namespace psbc::policy
