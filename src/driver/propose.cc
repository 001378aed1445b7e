// SPDX-License-Identifier: MIT
#include "driver/propose.h"

#include <algorithm>

#include "base/glob.h"
#include "base/text.h"
#include "policy/tool_table.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;

namespace {

constexpr const char* secret_names[] = {".env", ".env.*", "*.pem", "*.key", "*.p12", "*.pfx", "*.kdbx", "id_rsa", "id_ecdsa",
                                        "id_ed25519", "credentials.json", "service-account*.json", ".netrc", ".pypirc",
                                        ".git-credentials", "secrets.toml", "secrets.yaml", "secrets.yml", "secrets.json"};
constexpr const char* harmless_endings[] = {".example", ".sample", ".template", ".dist", ".schema"};
constexpr const char* secret_directories[] = {"secrets", ".secrets"};
constexpr const char* skipped_directories[] = {".git", ".venv", "venv", "node_modules", ".tox", ".nox", "__pycache__", ".pixi",
                                               "site-packages"};
constexpr std::size_t directory_limit = 2000; // how much of a big tree is looked at
constexpr std::size_t listed_limit = 20;      // more than this many are said as patterns

template <class Table>
bool any(const Table& table, const std::string& name, bool (*matches)(std::string_view, std::string_view)) {
  return std::any_of(std::begin(table), std::end(table), [&](const char* entry) { return matches(entry, name); });
}

bool same(std::string_view a, std::string_view b) { return a == b; }
bool ends(std::string_view ending, std::string_view name) { return name.ends_with(ending); }

void find_secrets(base::Fs& fs, const AbsPath& directory, const std::string& prefix, std::size_t& left, std::vector<std::string>& out) {
  const auto names = fs.names(directory);
  if (!names || left == 0) return;
  --left;
  for (const std::string& name : *names) {
    const Kind kind = fs.kind(directory / name);
    if (kind == Kind::directory) {
      if (any(secret_directories, name, same)) out.push_back(prefix + name + "/");
      else if (!any(skipped_directories, name, same)) find_secrets(fs, directory / name, prefix + name + "/", left, out);
    } else if (kind == Kind::file && any(secret_names, name, base::matches_component) && !any(harmless_endings, name, ends)) {
      out.push_back(prefix + name);
    }
  }
}

/// The same finds as patterns, for a tree that holds many.
std::vector<std::string> as_patterns(const std::vector<std::string>& found) {
  std::vector<std::string> out;
  for (const std::string& path : found) {
    const std::string trimmed = path.ends_with('/') ? path.substr(0, path.size() - 1) : path;
    const std::string name = trimmed.substr(trimmed.rfind('/') + 1);
    std::string pattern = "**/" + name;
    for (const char* known : secret_names)
      if (base::matches_component(known, name) && !std::string_view(known).ends_with('*')) pattern = std::string("**/") + known;
    if (std::find(out.begin(), out.end(), pattern) == out.end()) out.push_back(pattern);
  }
  return out;
}

/// Any text as a sandbox name: [a-z0-9][a-z0-9._-]{0,63}, without "..".
std::string as_name(std::string_view text) {
  std::string out;
  for (const char raw : text) {
    const char c = raw >= 'A' && raw <= 'Z' ? static_cast<char>(raw - 'A' + 'a') : raw;
    const bool first = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool rest = first || c == '-' || c == '_' || (c == '.' && !out.ends_with('.'));
    if (out.empty() ? first : rest) out += c;
    else if (!out.empty() && !out.ends_with('-')) out += '-';
    if (out.size() == 64) break;
  }
  while (out.ends_with('-') || out.ends_with('.')) out.pop_back();
  return out.empty() ? "sandbox" : out;
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string list(const std::vector<std::string>& paths) {
  std::string out;
  for (const std::string& path : paths) out += (out.empty() ? "" : ", ") + toml_string(path);
  return "[" + out + "]";
}

/// One path on a line, with what asks for it; `[]` for none.
std::string list(const std::vector<ProposedPath>& paths) {
  std::string out;
  for (const ProposedPath& path : paths) out += "  " + toml_string(path.path) + ",   # " + path.why + "\n";
  return out.empty() ? "[]" : "[\n" + out + "]";
}

std::string write_config(const Proposal& proposal) {
  std::string out = "schema = 1\n"
                    "name = " + toml_string(proposal.name) + "\n"
                    "readonly = " + list(proposal.beside.readonly) +
                    "   # extra paths that are visible inside, never writable: \"~/datasets\"\n"
                    "hidden = " + list(proposal.hidden) + "   # secrets in the project that nothing inside may read\n";
  if (!proposal.beside.workspace.empty())
    out += "\n[workspace]   # of the git repository around the project, from its top level; `writable` for what is changed together\n"
           "readonly = " + list(proposal.beside.workspace) + "\n"
           "git = \"none\"   # \"read-only\": log, diff and blame of the whole repository\n";
  return out;
}

} // namespace

Proposal propose(base::Fs& fs, const AbsPath& root, const AbsPath& home, const std::string& wanted_name) {
  Proposal out;
  std::string name = wanted_name;
  if (const auto seed = fs.read(root / ".python-sandbox", 4096); name.empty() && seed) {
    name = seed->substr(0, seed->find_first_of("\r\n"));
    out.recognised.push_back("an old .python-sandbox: its name is kept");
  }
  out.name = as_name(name.empty() ? root.name() : std::string_view(name));

  if (fs.kind(root / ".venv/pyvenv.cfg") == Kind::file) out.recognised.push_back("an environment in .venv");
  for (const policy::Tool& tool : policy::tool_table())
    for (const char* file : tool.files)
      if (file != nullptr && fs.kind(root / file) == Kind::file) out.recognised.push_back(std::string(tool.id) + " (" + file + ")");

  std::size_t left = directory_limit;
  find_secrets(fs, root, "", left, out.hidden);
  // A name with a control character or a quote would not survive the trip through firejail.
  std::erase_if(out.hidden, [](const std::string& path) { return base::escape(path) != path || path.find("..") != std::string::npos; });
  if (out.hidden.size() > listed_limit) out.hidden = as_patterns(out.hidden);
  out.beside = propose_workspace(fs, root, home);
  out.text = write_config(out);
  return out;
}

std::vector<std::string> translate_local_rules(const std::string& text) {
  std::vector<std::string> out;
  for (std::string_view line : base::split(text, '\n')) {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r' || line.back() == '\t' || line.back() == '/')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t blank = line.find(' ');
    const std::string_view word = line.substr(0, blank);
    std::string argument(blank == std::string_view::npos ? "" : line.substr(blank + 1));
    if (argument.starts_with("${HOME}")) argument = "~" + argument.substr(7);
    const std::string shown = base::escape(argument);
    if (word == "whitelist" || word == "read-only" || word == "whitelist-ro")
      out.push_back("`" + shown + "`: for all your projects, readonly = [" + toml_string(shown) +
                    "] in ~/.config/psbc/config.toml; for this one, readonly in .python-sandbox.toml");
    else if (word == "read-write" || word == "mkdir")
      out.push_back("`" + shown + "`: writable = [" + toml_string(shown) + "] in .python-sandbox.toml");
    else if (word == "blacklist")
      out.push_back("`" + shown + "`: hidden = [" + toml_string(shown) + "] in ~/.config/psbc/config.toml, if it is inside something exposed");
    else if (word == "env" && argument.find('=') != std::string::npos)
      out.push_back("the variable " + shown.substr(0, shown.find('=')) + ": [env] set in .python-sandbox.toml");
    else if (word != "noblacklist") // psbc has no blacklists to lift
      out.push_back("`" + base::escape(line) + "`: psbc decides this itself; nothing to carry over");
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

} // namespace psbc::driver
