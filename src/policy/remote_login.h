// SPDX-License-Identifier: MIT
// The login in the URL of a remote: what it is, and the settings of git without it. Text in, text out; nothing here is
// ever shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace psbc::policy {

/// As git would ask its credential helpers for it (gitcredentials(7)), decoded.
struct RemoteLogin {
  std::string protocol; // "https", "http"
  std::string host;     // with its port, as it is written
  std::string user;
  std::string password;
  std::string written_user; // as it is in the URL; empty where what stands there is the secret
};

struct RemoteUrl {
  std::string remote; // of `[remote "origin"]`
  std::string url;
};

/// What a line of git's settings says of a remote, as git reads it; nothing where another setting stands.
std::optional<RemoteUrl> remote_url_at(std::string_view text, std::uint32_t line);

/// Of `https://user:password@host/...`. A token alone is a password where the catalogue knows the host, and the name that git
/// wants beside it. Nothing for another scheme, and where git itself would refuse it.
std::optional<RemoteLogin> login_of(std::string_view url);

/// `text` with the URL of that line without its login, but for `user`, which may be empty. Nothing when that cannot be
/// said by changing this one value.
std::optional<std::string> without_login(std::string_view text, std::uint32_t line, std::string_view user);

} // namespace psbc::policy
