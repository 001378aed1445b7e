// SPDX-License-Identifier: MIT
#include "driver/propose.h"

#include <algorithm>

#include "base/text.h"
#include "driver/propose_gpu.h"
#include "driver/secret_files.h"
#include "driver/services.h"
#include "policy/tool_table.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;

namespace {

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

/// One path on a line, with the reason for it; for none an example in a comment, since an empty list says nothing (PSB010).
std::string list(std::string_view key, const std::vector<ProposedPath>& paths, std::string_view example) {
  std::string out;
  for (const ProposedPath& path : paths) out += "  " + toml_string(path.path) + ",   # " + path.why + "\n";
  return out.empty() ? "# " + std::string(key) + " = [" + toml_string(example) + "]\n" : std::string(key) + " = [\n" + out + "]\n";
}

std::string write_config(const Proposal& proposal) {
  std::string out = "schema = 1\n"
                    "name = " + toml_string(proposal.name) + "   # shown in the prompt; the environment is ~/envs/" + proposal.name + "\n"
                    "\n# Extra paths that are visible inside and never writable: ~/x, /x, or relative to the project.\n" +
                    list("readonly", proposal.readonly, "~/datasets");
  if (!proposal.writable.empty()) out += "\n# Extra paths that may be changed inside.\n" + list("writable", proposal.writable, "");
  out += "\n# Secrets in the project that nothing inside may read, its own code included.\n" +
         list("hidden", proposal.hidden, ".env");
  if (!proposal.workspace.empty())
    out += "\n# Of the git repository around the project, from its top level; `writable` for what is changed together.\n"
           "[workspace]\n" +
           list("readonly", proposal.workspace, "") +
           "git = \"none\"   # \"read-only\": log, diff and blame of the whole repository\n";
  if (!proposal.gpu.empty())
    out += "\n[devices]\n"
           "gpu = true   # " + proposal.gpu + "; without this line there is no graphics card inside\n";
  if (!proposal.set.empty()) {
    out += "\n# Variables that are set inside.\n[env.set]\n";
    for (const auto& [name, value] : proposal.set) out += name + " = " + toml_string(value) + "   # from the old profile\n";
  }
  if (!proposal.recognised.empty() || !proposal.services.empty()) out += "\n# Needs no line here:\n";
  for (const std::string& what : proposal.recognised) out += "#   " + what + "\n";
  for (const std::string& what : proposal.services) out += "#   " + what + "\n";
  return out;
}

std::string shown(const Service& service) {
  return (service.name.empty() ? "a service" : service.name) + " on 127.0.0.1:" + std::to_string(service.port) + " (" + base::escape(service.file) +
         "): reachable inside while the network is shared";
}

/// What the old profile names and nothing else has proposed yet.
void add_old(std::vector<ProposedPath>& list, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const auto same = [&](const ProposedPath& other) { return other.path == path; };
    if (std::none_of(list.begin(), list.end(), same)) list.push_back({path, "from the old profile"});
  }
}

} // namespace

std::string old_name(base::Fs& fs, const AbsPath& root) {
  // Not through a link: a clone could make a line of any file a name, and that is committed.
  const auto text = fs.kind(root / ".python-sandbox") == Kind::file ? fs.read(root / ".python-sandbox", 4096) : base::Result<std::string>(base::Error{});
  return text ? text->substr(0, text->find_first_of("\r\n")) : std::string();
}

Proposal propose(base::Fs& fs, const AbsPath& root, const AbsPath& home, const std::string& wanted_name, const OldRules& old) {
  Proposal out;
  std::string name = wanted_name;
  if (name.empty()) {
    name = old_name(fs, root);
    if (!name.empty()) out.recognised.push_back("an old .python-sandbox: its name is kept");
  }
  out.name = as_name(name.empty() ? root.name() : std::string_view(name));

  if (fs.kind(root / ".venv/pyvenv.cfg") == Kind::file) out.recognised.push_back("an environment in .venv");
  policy::Recogniser recogniser(fs, root, std::nullopt);
  for (const policy::Tool& tool : policy::tool_table())
    if (const policy::Sign* sign = recogniser.find(tool); sign != nullptr && !sign->path.empty())
      out.recognised.push_back(std::string(tool.id) + " (" + std::string(sign->path) + (sign->kind == policy::Sign::Kind::table ? ": " + std::string(sign->text) : "") + ")");
  for (const Service& service : find_services(fs, root)) out.services.push_back(shown(service));

  out.gpu = why_gpu(fs, root).value_or("");
  out.hidden = find_secret_files(fs, root);
  WorkspaceProposal beside = propose_workspace(fs, root, home);
  out.readonly = std::move(beside.readonly);
  out.workspace = std::move(beside.workspace);
  add_old(out.readonly, old.readonly);
  add_old(out.writable, old.writable);
  add_old(out.hidden, old.hidden);
  out.set = old.set;
  out.text = write_config(out);
  return out;
}

std::string write_user_config(const OldRules& rules) {
  std::string out = "# What I want in every sandbox; `psbc schema --user` describes it.\n";
  const auto write = [&](const char* key, const std::vector<std::string>& paths) {
    if (paths.empty()) return;
    out += std::string(key) + " = [\n";
    for (const std::string& path : paths) out += "  " + toml_string(path) + ",\n";
    out += "]\n";
  };
  write("readonly", rules.readonly);
  write("hidden", rules.hidden);
  return out;
}

} // namespace psbc::driver
