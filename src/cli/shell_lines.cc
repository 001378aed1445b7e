// SPDX-License-Identifier: MIT
#include "cli/shell_lines.h"

#include <algorithm>

#include "base/text.h"

namespace psbc::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text = trimmed(text.substr(prefix.size()));
  return true;
}

/// `psbc hook bash --guard` or `psbc completions zsh`, to its end.
bool is_call(std::string_view text) {
  if (!take(text, "psbc hook ") && !take(text, "psbc completions ")) return false;
  for (const std::string_view shell : {"bash", "zsh", "fish"})
    if (take(text, shell)) return text.empty() || text == "--guard";
  return false;
}

/// What the documentation tells people to write, with or without the question whether psbc is there.
bool is_ours(std::string_view line) {
  line = trimmed(line.substr(0, line.find(" #")));
  for (const std::string_view question : {"command -v psbc >/dev/null &&", "command -v psbc >/dev/null 2>&1 &&", "command -q psbc; and", "command -q psbc &&", "type -q psbc; and"})
    if (take(line, question)) break;
  const auto inner = [&](std::string_view before, std::string_view after) {
    return line.starts_with(before) && line.ends_with(after) && line.size() > before.size() + after.size() && is_call(trimmed(line.substr(before.size(), line.size() - before.size() - after.size())));
  };
  if (inner("eval \"$(", ")\"") || inner("source <(", ")") || inner(". <(", ")") || inner("", "| source")) return true;
  if (!take(line, "source ") && !take(line, ". ")) return false;
  return line.find_first_of(" ;&|") == std::string_view::npos && (line.find("/psbc/hook.") != std::string_view::npos || line.find("/psbc/guard.") != std::string_view::npos);
}

} // namespace

std::vector<base::AbsPath> shell_settings(const base::AbsPath& home, const base::Env& env) {
  std::vector<base::AbsPath> out;
  for (const char* name : {".bashrc", ".bash_profile", ".profile", ".zshrc", ".zprofile", ".config/fish/config.fish"}) out.push_back(home / name);
  if (const auto directory = env.get("ZDOTDIR"))
    if (const auto path = base::AbsPath::parse(*directory); path && *path != home) out.push_back(*path / ".zshrc");
  return out;
}

std::vector<ShellLine> lines_of_psbc(std::string_view text) {
  std::vector<ShellLine> out;
  std::size_t number = 0;
  for (const std::string_view line : base::split(text, '\n')) {
    ++number;
    const std::string_view code = trimmed(line);
    if (code.empty() || code.front() == '#') continue;
    if (code.find("psbc hook") != std::string_view::npos || code.find("psbc completions") != std::string_view::npos || code.find("/psbc/hook.") != std::string_view::npos || code.find("/psbc/guard.") != std::string_view::npos)
      out.push_back({.number = number, .text = std::string(code), .is_whole = is_ours(code)});
  }
  return out;
}

std::string hook_line(std::string_view shell) {
  if (shell == "fish") return "command -q psbc; and psbc hook fish | source";
  return "command -v psbc >/dev/null && eval \"$(psbc hook " + std::string(shell) + ")\"";
}

} // namespace psbc::cli
