// SPDX-License-Identifier: MIT
#include "runtime/ssh_protocol.h"

#include <algorithm>

#include "base/base64.h"
#include "base/digest.h"

namespace psbc::runtime {
namespace {

constexpr std::size_t max_keys = 2048;            // what OpenSSH's own client reads
constexpr std::uint8_t userauth_request = 50;     // SSH_MSG_USERAUTH_REQUEST
constexpr std::string_view certificate_suffix = "-cert-v01@openssh.com";

struct KeyKind {
  std::string_view type;
  std::string_view certificate; // what a certificate for it is called
  int fields;                   // strings and numbers after the type
};
// OpenSSH's sshkey.c. A certificate repeats the key's fields after its nonce (PROTOCOL.certkeys).
constexpr KeyKind kinds[] = {
    {"ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com", 2},
    {"ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com", 2},
    {"ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com", 2},
    {"sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", 3},
    {"sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", 2},
    {"ssh-dss", "ssh-dss-cert-v01@openssh.com", 4},
    {"ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", 1},
    {"ssh-rsa", "ssh-rsa-cert-v01@openssh.com", 2},
};

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

} // namespace

std::string_view SshReader::take(std::size_t size) {
  if (!good_ || size > rest_.size()) {
    good_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

std::uint8_t SshReader::byte() {
  const std::string_view raw = take(1);
  return raw.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(raw[0]);
}

std::uint32_t SshReader::u32() {
  std::uint32_t value = 0;
  for (const char c : take(4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

std::string_view SshReader::string() { return take(u32()); }

std::string ssh_u32(std::uint32_t value) {
  std::string out;
  for (unsigned shift = 32; shift > 0; shift -= 8) out += static_cast<char>(value >> (shift - 8) & 0xffU);
  return out;
}

std::string ssh_string(std::string_view bytes) { return ssh_u32(static_cast<std::uint32_t>(bytes.size())).append(bytes); }

std::string agent_frame(AgentMessage type, std::string_view body) {
  std::string out = ssh_u32(static_cast<std::uint32_t>(body.size() + 1));
  out += static_cast<char>(type);
  return out.append(body);
}

std::optional<std::string> plain_key(std::string_view blob) {
  SshReader in(blob);
  const std::string_view type = in.string();
  if (!in.good() || !is_word(type)) return std::nullopt;
  if (!type.ends_with(certificate_suffix)) return std::string(blob);
  for (const KeyKind& kind : kinds) {
    if (kind.certificate != type) continue;
    in.string(); // the nonce
    std::string plain = ssh_string(kind.type);
    for (int i = 0; i < kind.fields; ++i) plain += ssh_string(in.string());
    if (!in.good()) return std::nullopt;
    return plain;
  }
  return std::nullopt;
}

std::string_view key_type(std::string_view blob) { return SshReader(blob).string(); }

std::string fingerprint(std::string_view blob) {
  const auto plain = plain_key(blob);
  return plain ? "SHA256:" + base::encode_base64(base::sha256(*plain)) : std::string();
}

std::optional<std::vector<AgentKey>> parse_identities(std::string_view message) {
  SshReader in(message);
  if (in.byte() != static_cast<std::uint8_t>(AgentMessage::identities_answer)) return std::nullopt;
  const std::uint32_t count = in.u32();
  if (!in.good() || count > max_keys) return std::nullopt;
  std::vector<AgentKey> keys;
  for (std::uint32_t i = 0; i < count && in.good(); ++i) {
    const std::string_view blob = in.string();
    keys.push_back({.blob = std::string(blob), .comment = std::string(in.string())});
  }
  if (!in.complete()) return std::nullopt;
  return keys;
}

std::string write_identities(const std::vector<AgentKey>& keys) {
  std::string body = ssh_u32(static_cast<std::uint32_t>(keys.size()));
  for (const AgentKey& key : keys) body += ssh_string(key.blob) + ssh_string(key.comment);
  return agent_frame(AgentMessage::identities_answer, body);
}

std::optional<LoginData> parse_login(std::string_view data) {
  SshReader in(data);
  LoginData login{.session = in.string(), .user = {}, .key = {}, .host_key = {}};
  if (in.byte() != userauth_request) return std::nullopt;
  login.user = in.string();
  const std::string_view service = in.string();
  const std::string_view method = in.string();
  const bool has_signature = in.byte() == 1;
  const std::string_view algorithm = in.string();
  login.key = in.string();
  if (method == "publickey-hostbound-v00@openssh.com") login.host_key = in.string();
  else if (method != "publickey") return std::nullopt;
  if (!in.complete() || !has_signature || service != "ssh-connection" || login.session.empty() || !is_word(algorithm)) return std::nullopt;
  return login;
}

std::optional<std::string_view> parse_signature_namespace(std::string_view data) {
  constexpr std::string_view magic = "SSHSIG";
  if (!data.starts_with(magic)) return std::nullopt;
  SshReader in(data.substr(magic.size()));
  const std::string_view name = in.string();
  const std::string_view reserved = in.string();
  const std::string_view algorithm = in.string();
  const std::string_view hash = in.string();
  const bool fits = (algorithm == "sha256" && hash.size() == 32) || (algorithm == "sha512" && hash.size() == 64);
  if (!in.complete() || name.empty() || !reserved.empty() || !fits) return std::nullopt;
  return name;
}

} // namespace psbc::runtime
