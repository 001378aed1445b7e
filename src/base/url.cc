// SPDX-License-Identifier: MIT
#include "base/url.h"

#include <algorithm>

namespace psbc::base {
namespace {

constexpr std::string_view separator = "://";

/// The authority that begins at `text`: up to the path, or to what cannot be part of it.
std::string_view authority(std::string_view text) {
  return text.substr(0, text.find_first_of(std::string_view("/?#\\\"'<>,;|`{}[] \t\r\n\0", 21)));
}

/// In a file, a password may hold what ends an authority elsewhere; what stands before an `@` that follows without a
/// blank, a quote or a path is one.
std::size_t userinfo_size(std::string_view text) {
  const std::string_view whole = text.substr(0, text.find_first_of(std::string_view("/?#\\\"'<> \t\r\n\0", 14)));
  const std::size_t at = whole.rfind('@');
  return at == std::string_view::npos ? 0 : at + 1;
}

} // namespace

bool has_userinfo(std::string_view url) {
  const std::size_t scheme = url.find(separator);
  return userinfo_size(scheme == std::string_view::npos ? url : url.substr(scheme + separator.size())) > 0;
}

std::string without_userinfo(std::string_view text) {
  std::string out;
  for (std::size_t at = 0;;) {
    const std::size_t scheme = text.find(separator, at);
    if (scheme == std::string_view::npos) return out += text.substr(at);
    const std::size_t begin = scheme + separator.size();
    out += text.substr(at, begin - at);
    at = begin + userinfo_size(text.substr(begin));
  }
}

std::string url_host(std::string_view url) {
  const std::size_t scheme = url.find(separator);
  if (scheme == std::string_view::npos) return {};
  const std::string_view rest = url.substr(scheme + separator.size());
  std::string_view host = authority(rest.substr(userinfo_size(rest)));
  if (const std::size_t port = host.find(':'); port != std::string_view::npos) host = host.substr(0, port);
  std::string out(host);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

} // namespace psbc::base
