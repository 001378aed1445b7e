// SPDX-License-Identifier: MIT
//
// The commands are those of the programs' own manuals: pass(1), gopass show(1), secret-tool(1), `keyring --help`,
// `op read --help`, `bw get --help`, `vault kv get -help`, `aws configure export-credentials help` (2.9 and newer),
// `gh auth token --help`, sops' and age's README. No word of a source may begin with `-`, which would make it an option.
#include "config/source_form.h"

namespace psbc::config {
namespace {

using Words = std::vector<std::string>;

bool is_word(std::string_view text) { return !text.empty() && text.front() != '-'; }
bool is_path(std::string_view text) { return (text.starts_with("~/") && text.size() > 2) || (text.starts_with('/') && text.size() > 1); }

bool one_word(std::string_view rest, Words& words, std::initializer_list<const char*> before) {
  words.assign(before.begin(), before.end());
  words.emplace_back(rest);
  return is_word(rest);
}

/// "first" and "second" of `first#second`; false when there is not exactly one `#`.
bool halves(std::string_view text, std::string_view& first, std::string_view& second) {
  const std::size_t at = text.find('#');
  if (at == std::string_view::npos) return false;
  first = text.substr(0, at);
  second = text.substr(at + 1);
  return !first.empty() && !second.empty() && second.find('#') == std::string_view::npos;
}

bool is_variable(std::string_view name) {
  for (const char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
  return !name.empty() && name.size() <= 128 && !(name.front() >= '0' && name.front() <= '9');
}

bool variable(std::string_view rest, Words& words) {
  words = {std::string(rest)};
  return is_variable(rest);
}
bool file(std::string_view rest, Words& words) {
  words = {std::string(rest)};
  return is_path(rest);
}
bool stored(std::string_view rest, Words& words) {
  if (!rest.empty()) words = {std::string(rest)};
  return rest.empty() || is_word(rest);
}
bool ask(std::string_view rest, Words&) { return rest.empty(); }
bool pass(std::string_view rest, Words& words) { return one_word(rest, words, {"pass", "show"}); }
bool gopass(std::string_view rest, Words& words) { return one_word(rest, words, {"gopass", "show", "-o"}); }
bool bw(std::string_view rest, Words& words) { return one_word(rest, words, {"bw", "get", "password"}); }
bool op(std::string_view rest, Words& words) {
  words = {"op", "read", "op://" + std::string(rest)};
  const std::size_t item = rest.find('/');
  const std::size_t field = item == std::string_view::npos ? item : rest.find('/', item + 1);
  return item != 0 && field != std::string_view::npos && field > item + 1 && field + 1 < rest.size();
}
bool gh(std::string_view rest, Words& words) {
  words = {"gh", "auth", "token", "--hostname", rest.empty() ? std::string("github.com") : std::string(rest)};
  return rest.empty() || is_word(rest);
}
bool aws(std::string_view rest, Words& words) {
  words = {"aws", "configure", "export-credentials", "--profile", std::string(rest), "--format", "env-no-export"};
  return is_word(rest);
}
bool vault(std::string_view rest, Words& words) {
  std::string_view path, field;
  if (!halves(rest, path, field)) return false;
  words = {"vault", "kv", "get", "-field=" + std::string(field), std::string(path)};
  return is_word(path);
}

/// `attribute=value,attribute=value`
bool secret_tool(std::string_view rest, Words& words) {
  words = {"secret-tool", "lookup"};
  for (bool last = false; !last;) {
    const std::size_t comma = rest.find(',');
    last = comma == std::string_view::npos;
    const std::string_view pair = rest.substr(0, comma);
    if (!last) rest.remove_prefix(comma + 1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.find('=', equals + 1) != std::string_view::npos) return false;
    for (const std::string_view word : {pair.substr(0, equals), pair.substr(equals + 1)}) {
      if (!is_word(word)) return false;
      words.emplace_back(word);
    }
  }
  return true;
}

/// A service may be a URL: the user is what follows the last `/`.
bool keyring(std::string_view rest, Words& words) {
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return false;
  words = {"keyring", "get", std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
  return is_word(words[2]) && is_word(words[3]);
}

/// The key of nested tables is written with dots: ["a"]["b"] is sops' own form of `a.b`.
bool sops(std::string_view rest, Words& words) {
  std::string_view path, key;
  if (!halves(rest, path, key) || !is_path(path)) return false;
  std::string extract = "[\"";
  for (const char c : key) {
    const bool plain = is_variable(std::string("_") + c) || c == '-';
    if (!plain && c != '.') return false;
    extract += c == '.' ? "\"][\"" : std::string(1, c);
  }
  words = {"sops", "--decrypt", "--extract", extract + "\"]", std::string(path)};
  return true;
}

/// Without an identity it is a file with a passphrase, which age asks for on the terminal.
bool age(std::string_view rest, Words& words) {
  std::string_view path = rest, identity;
  words = {"age", "--decrypt"};
  if (rest.find('#') != std::string_view::npos) {
    if (!halves(rest, path, identity) || !is_path(identity)) return false;
    words.insert(words.end(), {"--identity", std::string(identity)});
  }
  words.emplace_back(path);
  return is_path(path);
}

constexpr SourceReader command = SourceReader::command;

constexpr SourceForm table[] = {
    {.prefix = "env:", .shape = "env:NAME", .reader = SourceReader::variable, .words = variable},
    {.prefix = "file:", .shape = "file:~/PATH", .reader = SourceReader::file, .words = file},
    {.prefix = "ask:", .shape = "ask:", .reader = SourceReader::ask, .terminal = true, .words = ask},
    {.prefix = "pass:", .shape = "pass:ENTRY", .reader = command, .output = SourceOutput::first_line, .install = "sudo apt install pass", .words = pass},
    {.prefix = "gopass:", .shape = "gopass:ENTRY", .reader = command, .install = "https://www.gopass.pw", .words = gopass},
    {.prefix = "secret-tool:", .shape = "secret-tool:ATTRIBUTE=VALUE", .reader = command, .install = "sudo apt install libsecret-tools", .words = secret_tool},
    {.prefix = "keyring:", .shape = "keyring:SERVICE/USER", .reader = command, .install = "sudo apt install python3-keyring", .words = keyring},
    {.prefix = "op://", .shape = "op://VAULT/ITEM/FIELD", .reader = command, .install = "https://developer.1password.com/docs/cli",
     .hint = "sign in first: eval $(op signin)", .words = op},
    {.prefix = "bw:", .shape = "bw:ITEM", .reader = command, .terminal = true, .install = "https://bitwarden.com/help/cli",
     .hint = "unlock the vault first: export BW_SESSION=$(bw unlock --raw)", .words = bw},
    {.prefix = "vault:", .shape = "vault:PATH#FIELD", .reader = command, .install = "https://developer.hashicorp.com/vault/install",
     .hint = "log in first: vault login", .words = vault},
    {.prefix = "aws:", .shape = "aws:PROFILE", .reader = command, .output = SourceOutput::assignment, .install = "sudo apt install awscli",
     .hint = "log in first: aws sso login --profile PROFILE", .words = aws},
    {.prefix = "gh:", .shape = "gh:HOST", .reader = command, .install = "sudo apt install gh", .hint = "log in first: gh auth login", .words = gh},
    {.prefix = "hf:", .shape = "hf:NAME", .reader = SourceReader::stored, .hint = "store one first: hf auth login", .words = stored},
    {.prefix = "sops:", .shape = "sops:~/PATH#KEY", .reader = command, .install = "https://getsops.io", .words = sops},
    {.prefix = "age:", .shape = "age:~/PATH#~/IDENTITY", .reader = command, .terminal = true, .install = "sudo apt install age", .words = age},
};

} // namespace

std::span<const SourceForm> source_forms() { return table; }

const SourceForm* source_form(std::string_view text) {
  for (const SourceForm& form : table)
    if (text.starts_with(form.prefix)) return &form;
  return nullptr;
}

std::string_view kind_of(const SourceForm& form) { return form.prefix.substr(0, form.prefix.find(':')); }

std::vector<std::string> source_kinds() {
  std::vector<std::string> out;
  for (const SourceForm& form : source_forms()) out.emplace_back(kind_of(form));
  out.emplace_back(command_source);
  return out;
}

} // namespace psbc::config
