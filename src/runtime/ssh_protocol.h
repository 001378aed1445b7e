// SPDX-License-Identifier: MIT
// The ssh agent protocol (RFC 9987; OpenSSH's PROTOCOL.agent), as far as the filter speaks it. Pure: bytes in,
// values out; nothing is copied that a decision does not keep.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace psbc::runtime {

enum class AgentMessage : std::uint8_t {
  failure = 5,
  success = 6,
  request_identities = 11,
  identities_answer = 12,
  sign_request = 13,
  sign_response = 14,
  extension = 27,
};

/// RFC 4251, 5: big-endian numbers and length-prefixed strings. After the first short field everything is empty.
class SshReader {
 public:
  explicit SshReader(std::string_view bytes) : rest_(bytes) {}
  std::uint8_t byte();
  std::uint32_t u32();
  std::string_view string();
  /// Every field was there, and nothing is left over.
  bool complete() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }

 private:
  std::string_view take(std::size_t size);
  std::string_view rest_;
  bool good_ = true;
};

std::string ssh_u32(std::uint32_t value);
std::string ssh_string(std::string_view bytes);
/// With its length before it, as it goes over the socket.
std::string agent_frame(AgentMessage type, std::string_view body = {});

/// The key itself when `blob` is a certificate for one, `blob` otherwise; nothing when it is neither.
std::optional<std::string> plain_key(std::string_view blob);
/// "ssh-ed25519"
std::string_view key_type(std::string_view blob);
/// "SHA256:...", as `ssh-add -l` shows it; of a certificate, that of its key. Empty when `blob` is none.
std::string fingerprint(std::string_view blob);

struct AgentKey {
  std::string blob;
  std::string comment; // whatever bytes its owner chose
  bool operator==(const AgentKey&) const = default;
};
/// Of an identities answer without its frame; nothing unless all of it is one.
std::optional<std::vector<AgentKey>> parse_identities(std::string_view message);
std::string write_identities(const std::vector<AgentKey>& keys);

/// What is signed to log in (RFC 4252, 7; OpenSSH's PROTOCOL, "publickey-hostbound-v00@openssh.com").
struct LoginData {
  std::string_view session;
  std::string_view user;
  std::string_view key;
  std::optional<std::string_view> host_key; // hostbound
};
std::optional<LoginData> parse_login(std::string_view data);

/// The namespace of what `ssh-keygen -Y sign` and git sign (OpenSSH's PROTOCOL.sshsig); nothing unless all of
/// `data` is that.
std::optional<std::string_view> parse_signature_namespace(std::string_view data);

} // namespace psbc::runtime
