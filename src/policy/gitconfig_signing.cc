// SPDX-License-Identifier: MIT
// How git signs inside. OpenPGP cannot: gpg's agent is never reachable, and it would sign anything. An ssh key
// can, where the project asks for it and the user granted one: the public half is all that git has to be told.
#include "base/base64.h"
#include "base/text.h"
#include "policy/gitconfig.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;

namespace {

constexpr std::size_t public_key_limit = 64 * 1024; // bytes of a .pub file

struct Signing {
  std::string format = "openpgp";
  std::string key;
  bool commits = false;
  bool tags = false;
};

bool is_true(const GitEntry& entry) {
  std::string word = entry.value;
  for (char& c : word) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return !entry.has_value || word == "true" || word == "yes" || word == "on" || word == "1";
}

/// git takes the last word of each.
Signing signing_of(const std::vector<GitEntry>& entries) {
  Signing signing;
  for (const GitEntry& entry : entries) {
    if (!entry.subsection.empty()) continue;
    if (entry.section == "gpg" && entry.key == "format") signing.format = entry.value;
    if (entry.section == "user" && entry.key == "signingkey") signing.key = entry.value;
    if (entry.section == "commit" && entry.key == "gpgsign") signing.commits = is_true(entry);
    if (entry.section == "tag" && entry.key == "gpgsign") signing.tags = is_true(entry);
  }
  return signing;
}

/// "type base64" of a public key's line; nothing when it is none.
std::optional<std::string> public_key(std::string_view line) {
  const auto words = base::split(line.substr(0, line.find('\n')), ' ');
  if (words.size() < 2) return std::nullopt;
  for (const char c : words[0])
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '@' || c == '.')) return std::nullopt;
  const auto blob = base::decode_base64(words[1]);
  if (words[0].empty() || !blob || blob->empty()) return std::nullopt;
  return std::string(words[0]) + " " + std::string(words[1]);
}

/// user.signingkey as it can stand inside: a key, or the file of one. A private key's file is never read.
std::optional<std::string> signing_key(const Lowering& lowering, std::string_view value) {
  if (value.starts_with("key::")) return public_key(value.substr(5));
  if (const auto literal = public_key(value)) return literal;
  const auto path = expand(std::string(value) + (value.ends_with(".pub") ? "" : ".pub"), lowering.in.places.home, lowering.in.places.home);
  if (value.empty() || !path) return std::nullopt;
  const auto text = lowering.in.fs.read(*path, public_key_limit);
  return text ? public_key(*text) : std::nullopt;
}

} // namespace

std::string signing_gitconfig(Lowering& lowering, std::string_view text) {
  const Signing signing = signing_of(parse_gitconfig(text));
  const Ssh& ssh = lowering.out.ssh;
  const bool is_ssh = signing.format == "ssh";
  if (!ssh.signing || ssh.keys.empty()) {
    if ((signing.commits || signing.tags) && lowering.in.fs.kind(lowering.in.root / ".git") != base::Kind::absent)
      lowering.out.remarks.push_back(
          std::string("git signs outside with ") + (is_ssh ? "ssh" : "OpenPGP") + ", and not inside" +
          (ssh.signing ? "" : is_ssh ? ": the project does not ask for it ([ssh] signing = true)" : ": no gpg is there; with an ssh key it could ([ssh] signing = true)"));
    return {};
  }
  std::string out = "[gpg]\n\tformat = ssh\n";
  const auto key = is_ssh ? signing_key(lowering, signing.key) : std::nullopt;
  // git asks this command for the first key when it knows none (git-config(1)); it can list granted ones alone.
  out += key ? "[user]\n\tsigningkey = \"key::" + *key + "\"\n" : std::string("[gpg \"ssh\"]\n\tdefaultKeyCommand = ssh-add -L\n");
  if (signing.commits) out += "[commit]\n\tgpgsign = true\n";
  if (signing.tags) out += "[tag]\n\tgpgsign = true\n";
  return out;
}

} // namespace psbc::policy
