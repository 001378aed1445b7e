// SPDX-License-Identifier: MIT
#include "policy/gitconfig.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "policy/gitconfig_keys.h"
#include "policy/secret_scan.h"

namespace psbc::policy {
namespace {

constexpr std::string_view header =
    "# Made by psbc from the harmless keys of your ~/.gitconfig, at every entry.\n"
    "# Edit that one instead: what is written here does not reach it.\n";

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

const GitKey* find_key(const std::string& name) {
  const auto* row =
      std::lower_bound(std::begin(git_keys), std::end(git_keys), name,
                       [](const GitKey& key, const std::string& wanted) { return key.name < wanted; });
  return row != std::end(git_keys) && row->name == name ? row : nullptr;
}

const GitKey* find_row(const GitEntry& entry) {
  const bool plain_subsection = std::all_of(entry.subsection.begin(), entry.subsection.end(), is_alnum);
  if (!entry.subsection.empty() && (entry.section != "color" || !plain_subsection)) return nullptr;
  if (const auto* row = find_key(entry.section + "." + entry.key)) return row;
  return find_key(entry.section + ".*");
}

bool only_has(std::string_view value, std::string_view punctuation) {
  return std::all_of(value.begin(), value.end(),
                     [&](char c) { return is_alnum(c) || punctuation.find(c) != std::string_view::npos; });
}

bool is_printable(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\n' || c == '\t';
  });
}

/// Words as git splits the value of an alias.
std::vector<std::string> command_words(std::string_view value) {
  std::vector<std::string> words;
  bool open = false; // a word has begun
  char quote = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    char c = value[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote && quote != 0) {
      quote = 0;
    } else {
      if (c == '\\' && quote != '\'' && i + 1 < value.size()) c = value[++i];
      words.back() += c;
    }
  }
  return words;
}

// Options that run a command, read another configuration, or leave the repository. git accepts any
// unique beginning of a long option, so a beginning counts as the whole.
constexpr auto dangerous_options = std::to_array<std::string_view>({
    "--config",
    "--config-env",
    "--exec",
    "--exec-path",
    "--ext-diff",
    "--extcmd",
    "--git-dir",
    "--gpg-sign",
    "--open-files-in-pager",
    "--receive-pack",
    "--server-option",
    "--template",
    "--textconv",
    "--tool",
    "--upload-pack",
    "--work-tree",
});

/// Commands that run what they are given.
constexpr auto dangerous_commands = std::to_array<std::string_view>({
    "bisect",        "clone",     "credential", "daemon",      "difftool",    "fetch-pack",   "filter-branch",
    "for-each-repo", "hook",      "instaweb",   "maintenance", "mergetool",   "receive-pack", "remote-ext",
    "send-email",    "send-pack", "shell",      "submodule",   "upload-pack", "var",          "web--browse",
});

bool is_dangerous_option(std::string_view command, std::string_view word) {
  if (word.starts_with("--")) {
    const auto name = word.substr(0, word.find('='));
    return name.size() > 2 && std::any_of(dangerous_options.begin(), dangerous_options.end(),
                                          [&](std::string_view option) { return option.starts_with(name); });
  }
  if (!word.starts_with('-')) return false;
  if (word.starts_with("-c") && word.size() > 2) return true;                       // -ckey=value
  if (command == "rebase" && word.find('x') != std::string_view::npos) return true; // -x, -ix: exec
  return command == "grep" && word.find('O') != std::string_view::npos;             // open in a pager
}

bool is_harmless_alias(std::string_view value) {
  const auto words = command_words(value);
  if (words.empty()) return false;
  const auto& command = words.front();
  // `!` is a shell command; an option before the command can be `-c core.pager=...`.
  if (command.empty() || command.starts_with('-')) return false;
  if (!std::all_of(command.begin(), command.end(), [](char c) { return is_alnum(c) || c == '-'; }))
    return false;
  if (std::find(dangerous_commands.begin(), dangerous_commands.end(), command) != dangerous_commands.end())
    return false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (is_dangerous_option(command, words[i])) return false;
    if (words[i] == "-c" && i + 1 < words.size() && words[i + 1].find('=') != std::string::npos) return false;
  }
  return true;
}

bool is_harmless_value(const GitEntry& entry, GitValue kind) {
  switch (kind) {
    case GitValue::word: return only_has(entry.value, " _.,:+%=/@-");
    case GitValue::color: return only_has(entry.value, " #,-");
    case GitValue::text:
      return entry.has_value && is_printable(entry.value) && scan_secrets(entry.value).empty();
    case GitValue::alias:
      return entry.has_value && is_printable(entry.value) && is_harmless_alias(entry.value) &&
             scan_secrets(entry.value).empty();
  }
  return false;
}

} // namespace

std::string gitconfig_quoted(std::string_view value) {
  std::string out = "\""; // where only backslash and the quote have a meaning, and a line break must be escaped
  for (const char c : value) {
    switch (c) {
      case '\\': out += "\\\\"; break;
      case '"': out += "\\\""; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  return out + '"';
}

std::string harmless_gitconfig(std::string_view text) {
  std::string out(header);
  std::string section;
  for (const auto& entry : parse_gitconfig(text)) {
    const auto* row = find_row(entry);
    if (row == nullptr || !is_harmless_value(entry, row->value)) continue;
    auto name =
        "[" + entry.section + (entry.subsection.empty() ? "" : " \"" + entry.subsection + "\"") + "]\n";
    if (name != section) out += name;
    section = std::move(name);
    out += '\t' + entry.key + (entry.has_value ? " = " + gitconfig_quoted(entry.value) : "") + '\n';
  }
  return out;
}

} // namespace psbc::policy
