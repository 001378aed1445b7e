// SPDX-License-Identifier: MIT
#include "driver/predecessor.h"

#include <algorithm>

#include "base/text.h"
#include "policy/secret_scan.h"
#include "policy/sensitive.h"

namespace psbc::driver {
namespace {

using base::AbsPath;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// `${HOME}/x/` as `~/x`; empty for what is no absolute path.
std::string plain_path(std::string_view text, const AbsPath& home) {
  std::string out(text);
  if (out.starts_with("${HOME}")) out = "~" + out.substr(7);
  if (out.starts_with(home.string() + "/")) out = "~" + out.substr(home.string().size());
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out.starts_with("~/") || out.starts_with('/') ? out : std::string();
}

/// Written by python-sandbox for every sandbox, or made by psbc itself.
bool is_ours(const std::string& path, const std::string& name, const AbsPath& root, const AbsPath& home) {
  for (const char* own : {"~/.bashrc", "~/.zshrc", "~/.gitconfig", "~/.viminfo", "/sys/module/nvidia*", "/sys/module", "/dev/nvidia-uvm"})
    if (path == own) return true;
  return path == "~/envs/" + name || path == "~/.cache/pysandbox-" + name || path == base::display_path(root, home) || path == root.string();
}

bool is_variable(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

bool is_tool(const std::string& path) {
  for (const char* tool : {"~/.vim", "~/.vimrc", "~/.tmux.conf", "~/.gitignore"})
    if (path == tool) return true;
  return false;
}

/// Why psbc would refuse to expose it; empty when it would not.
std::string refusal(const std::string& path, const AbsPath& home, bool writable) {
  if (path.find_first_of("*?[\\\"") != std::string::npos || base::escape(path) != path || path.find("..") != std::string::npos)
    return "psbc exposes single paths, not patterns";
  const auto absolute = path.starts_with("~/") ? home.join(path.substr(2)) : AbsPath::parse(path);
  if (!absolute || home.is_under(*absolute)) return "it would expose the whole home directory";
  if (const auto secret = policy::find_sensitive(*absolute, home)) return std::string(secret->what);
  const char* startup = writable ? policy::find_startup_file(*absolute, home) : nullptr;
  if (startup != nullptr) return "the host executes or obeys `~/" + std::string(startup) + "`";
  for (const char* tree : {"/run", "/dev", "/sys", "/proc"})
    if (absolute->is_under(AbsPath::literal(tree))) return "it belongs to the system";
  return {};
}

void add(std::vector<std::string>& list, const std::string& path) {
  if (std::find(list.begin(), list.end(), path) == list.end()) list.push_back(path);
}

std::string quoted(const std::string& text) { return "\"" + base::escape(text) + "\""; }

} // namespace

OldRules read_old_rules(std::string_view text, const std::string& name, const AbsPath& root, const AbsPath& home, bool personal) {
  OldRules out;
  std::vector<std::string> shown, guarded, writable;
  const auto drop = [&](std::string_view line, const std::string& why) { add(out.dropped, "`" + base::escape(line) + "`: " + why); };
  for (const std::string_view raw : base::split(text, '\n')) {
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    const std::string_view argument = blank == std::string_view::npos ? "" : trim(line.substr(blank + 1));
    const std::string path = plain_path(argument, home);
    if (word == "env") {
      const std::size_t equals = argument.find('=');
      const std::string variable(argument.substr(0, equals));
      if (equals == std::string_view::npos) continue;
      if (variable == "JAILED_ENV" || variable == "HF_HOME" || variable == "PIP_CACHE_DIR") continue;
      if (!policy::scan_secrets(argument).empty()) drop(variable, "its value looks like a secret, which does not belong into a committed file");
      else if (is_variable(variable) && base::escape(argument) == argument) out.set.emplace_back(variable, argument.substr(equals + 1));
      else drop(line, "not a variable that can be set");
    } else if (!personal && word == "include" && argument.starts_with("/etc/firejail/")) {
      continue; // python-sandbox's own; psbc's profiles include nothing
    } else if (path.empty() || is_ours(path, name, root, home)) {
      if (!personal) continue; // python-sandbox's own lines; psbc's profile has its own
      if (word != "noblacklist" && word != "nowhitelist") drop(line, "psbc decides this itself; nothing to carry over");
    } else if (!personal && is_tool(path)) {
      add(out.tools, path);
    } else if (word == "whitelist") {
      add(shown, path);
    } else if (word == "read-only" || word == "whitelist-ro") {
      if (word == "whitelist-ro") add(shown, path);
      add(guarded, path);
    } else if (word == "read-write" || word == "mkdir" || word == "mkfile") {
      add(writable, path);
    } else if (word == "blacklist") {
      if (base::escape(path) == path) add(out.hidden, path);
      else drop(line, "a path with such a character cannot be written in a .python-sandbox.toml");
    } else if (word != "noblacklist" && word != "nowhitelist") { // psbc has no blacklists to lift
      drop(line, "psbc decides this itself; nothing to carry over");
    }
  }
  for (const std::string& path : guarded) add(shown, path);
  for (const std::string& path : writable) add(shown, path);
  for (const std::string& path : shown) {
    const auto in = [&](const std::vector<std::string>& list) { return std::find(list.begin(), list.end(), path) != list.end(); };
    const bool may_write = in(writable) || (!personal && !in(guarded));
    if (const std::string why = refusal(path, home, may_write); !why.empty()) drop(path, why);
    else add(may_write ? out.writable : out.readonly, path);
  }
  return out;
}

bool is_profile_of(std::string_view text, const AbsPath& root, const AbsPath& home) {
  for (const std::string_view raw : base::split(text, '\n')) {
    const std::string_view line = trim(raw);
    for (const std::string_view word : {"whitelist ", "private-cwd "}) {
      if (!line.starts_with(word)) continue;
      const std::string path = plain_path(trim(line.substr(word.size())), home);
      const auto absolute = path.starts_with("~/") ? home.join(path.substr(2)) : AbsPath::parse(path);
      if (absolute && *absolute == root) return true;
    }
  }
  return false;
}

std::vector<std::string> explain_old_rules(const OldRules& rules) {
  std::vector<std::string> out;
  for (const std::string& path : rules.readonly)
    out.push_back("`" + base::escape(path) + "`: for all your projects, readonly = [" + quoted(path) +
                  "] in ~/.config/psbc/config.toml; for this one, readonly in .python-sandbox.toml");
  for (const std::string& path : rules.writable) out.push_back("`" + base::escape(path) + "`: writable = [" + quoted(path) + "] in .python-sandbox.toml");
  for (const std::string& path : rules.hidden)
    out.push_back("`" + base::escape(path) + "`: hidden = [" + quoted(path) + "] in ~/.config/psbc/config.toml, if it is inside something exposed");
  for (const auto& [name, value] : rules.set) out.push_back("the variable " + base::escape(name) + ": [env] set in .python-sandbox.toml");
  out.insert(out.end(), rules.dropped.begin(), rules.dropped.end());
  return out;
}

} // namespace psbc::driver
