// SPDX-License-Identifier: MIT
//
// Not in the table, although many tools know them: SSH_AUTH_SOCK, DBUS_SESSION_BUS_ADDRESS, DISPLAY,
// XAUTHORITY, WAYLAND_DISPLAY, TMUX, STY, KITTY_LISTEN_ON, VSCODE_* (each leads out of the sandbox);
// LD_PRELOAD and its like, BASH_ENV, ENV, PERL5OPT, PYTHONPATH, PYTHONSTARTUP, GIT_SSH_COMMAND (each runs code that the
// host chose for itself); XDG_RUNTIME_DIR, TMPDIR (they name what does not exist inside). Of proxies, certificates and
// package indexes, policy/carried_variables.h knows.
#include "runtime/environment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "runtime/carried.h"

namespace psbc::runtime {
namespace {

constexpr BaseVariable table[] = {
    {"CI", "test tools print plainly and never ask"},
    {"CLICOLOR", "whether tools print colours"},
    {"CLICOLOR_FORCE", "whether tools print colours"},
    {"COLORTERM", "how many colours the terminal has"},
    {"CUDA_DEVICE_ORDER", "which graphics card is number 0"},
    {"CUDA_HOME", "where nvcc and its headers are"},
    {"CUDA_PATH", "where nvcc and its headers are"},
    {"CUDA_VISIBLE_DEVICES", "which graphics cards are this user's share of the machine"},
    {"EDITOR", "opened by git commit"},
    {"FORCE_COLOR", "whether tools print colours"},
    {"GIT_AUTHOR_EMAIL", "the identity in commits"},
    {"GIT_AUTHOR_NAME", "the identity in commits"},
    {"GIT_COMMITTER_EMAIL", "the identity in commits"},
    {"GIT_COMMITTER_NAME", "the identity in commits"},
    {"HIP_VISIBLE_DEVICES", "which graphics cards are this user's share of the machine"},
    {"LANG", "language and encoding"},
    {"LANGUAGE", "language of messages"},
    {"LC_*", "language and encoding, by category"},
    {"LD_LIBRARY_PATH", "absolute entries that exist inside: CUDA and ROCm"},
    {"LESS", "options of the pager"},
    {"LOGNAME", "the user's name"},
    {"MKL_NUM_THREADS", "this user's share of the processors"},
    {"NO_COLOR", "whether tools print colours"},
    {"OMP_NUM_THREADS", "this user's share of the processors"},
    {"PAGER", "opened by git log"},
    {"PATH", "absolute entries that exist inside"},
    {"ROCM_PATH", "where ROCm's compilers and headers are"},
    {"ROCR_VISIBLE_DEVICES", "which graphics cards are this user's share of the machine"},
    {"SHELL", "the shell that tools start"},
    {"TERM", "what the terminal understands"},
    {"TZ", "the time zone"},
    {"USER", "the user's name"},
    {"VISUAL", "opened by git commit"},
    {"WSL_DISTRO_NAME", "how Windows Terminal is told the directory"},
};

constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

/// Relative and empty entries mean the current directory, which a cloned repository fills.
std::string absolute_entries(std::string_view path) {
  std::string kept;
  for (const std::string_view entry : base::split(path, ':')) {
    if (entry.empty() || entry.front() != '/')
      continue;
    if (!kept.empty())
      kept += ':';
    kept += entry;
  }
  return kept;
}

bool is_directory(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

/// `first` and the entries of `path`, each once, without those that are no directory here.
std::string existing_directories(const std::vector<std::string>& first, std::string_view path) {
  std::vector<std::string> kept;
  const auto keep = [&kept](std::string directory) {
    if (std::find(kept.begin(), kept.end(), directory) == kept.end() && is_directory(directory))
      kept.push_back(std::move(directory));
  };
  for (const std::string& directory : first)
    keep(directory);
  for (const std::string_view entry : base::split(path, ':'))
    keep(std::string(entry));
  std::string joined;
  for (const std::string& directory : kept)
    joined += (joined.empty() ? "" : ":") + directory;
  return joined;
}

std::string* find_value(std::vector<std::string>& environment, std::string_view name) {
  for (std::string& entry : environment)
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0)
      return &entry;
  return nullptr;
}

void set_value(std::vector<std::string>& environment, const std::string& name, const std::string& value) {
  if (std::string* const entry = find_value(environment, name))
    *entry = name + "=" + value;
  else
    environment.push_back(name + "=" + value);
}

} // namespace

std::span<const BaseVariable> base_variables() { return table; }

const BaseVariable* base_variable(std::string_view name) {
  for (const BaseVariable& row : table) {
    const bool open = row.name.back() == '*';
    const std::string_view stem = row.name.substr(0, row.name.size() - (open ? 1 : 0));
    if (open ? name.size() > stem.size() && name.starts_with(stem) : name == stem)
      return &row;
  }
  return nullptr;
}

bool crosses(const emit::EnterPlan& plan, std::string_view name) {
  return base_variable(name) != nullptr || std::find(plan.pass.begin(), plan.pass.end(), name) != plan.pass.end();
}

std::vector<std::string> make_environment(const emit::EnterPlan& plan, const std::string& build, const base::Env& host) {
  std::map<std::string, std::string, std::less<>> inside;
  for (const auto& [name, value] : host.all())
    if (base_variable(name) != nullptr)
      inside[name] = value;
  for (const std::string& name : plan.pass)
    if (const auto value = host.get(name))
      inside[name] = *value;
  for (const auto& [name, value] : plan.variables)
    inside[name] = value;
  for (auto& [name, value] : carry_variables(plan, host).values) // none of those that were decided above
    inside[name] = value;

  for (const emit::PlannedToken& token : plan.tokens)
    inside.erase(token.name); // its value comes from its source, or there is none

  inside["PATH"] = absolute_entries(inside["PATH"]);
  if (inside["PATH"].empty())
    inside["PATH"] = default_path;
  if (const auto libraries = inside.find("LD_LIBRARY_PATH"); libraries != inside.end())
    libraries->second = absolute_entries(libraries->second);
  inside["HOME"] = plan.home;
  inside["JAILED_ENV"] = plan.name;
  inside["PSBC_BUILD"] = build;
  inside["PSBC_SANDBOX"] = std::string("1"); // not a literal: gcc 12 warns falsely (its bug 105651)

  std::vector<std::string> environment;
  environment.reserve(inside.size() + 1);
  for (const auto& [name, value] : inside)
    environment.push_back(name + "=" + value);
  return environment;
}

void finish_environment(std::vector<std::string>& environment, const emit::EnterPlan& plan) {
  drop_absent_certificates(environment);
  const auto value_of = [&environment](std::string_view name) {
    const std::string* const entry = find_value(environment, name);
    return entry != nullptr ? entry->substr(name.size() + 1) : std::string();
  };
  std::vector<std::string> first;
  if (!plan.session.empty()) first.push_back(plan.session + "/" + policy::session_programs);
  const std::string interpreter = plan.environment + "/bin/python";
  if (!plan.environment.empty() && access(interpreter.c_str(), X_OK) == 0) {
    // Tools tell the two kinds apart by these: with VIRTUAL_ENV set, conda's python would be taken for pip's.
    const bool conda = is_directory(plan.environment + "/conda-meta");
    set_value(environment, conda ? "CONDA_PREFIX" : "VIRTUAL_ENV", plan.environment);
    first.push_back(plan.environment + "/bin");
  }
  // What pipx, `uv tool` and `pip install --user` installed inside.
  if (!plan.root.empty())
    first.insert(first.end(), {plan.root + "/bin", plan.root + "/userbase/bin"});

  const std::string path = existing_directories(first, value_of("PATH"));
  set_value(environment, "PATH", path.empty() ? std::string(default_path) : path);
  if (const std::string libraries = existing_directories({}, value_of("LD_LIBRARY_PATH")); !libraries.empty())
    set_value(environment, "LD_LIBRARY_PATH", libraries);
  else // an empty one becomes the current directory as soon as something is appended to it
    std::erase_if(environment, [](const std::string& entry) { return entry.starts_with("LD_LIBRARY_PATH="); });
}

} // namespace psbc::runtime
