// SPDX-License-Identifier: MIT
#include "runtime/credential_store.h"

#include "base/process.h"
#include "base/text.h"
#include "base/url.h"

namespace psbc::runtime {
namespace {

constexpr int timeout_ms = 30'000; // a keyring may ask to be unlocked

std::string described(const policy::RemoteLogin& login, const std::string& user) {
  return "protocol=" + login.protocol + "\nhost=" + login.host + "\n" +
         (user.empty() ? "" : "username=" + user + "\n");
}

} // namespace

CredentialStore::CredentialStore(std::string git, const HostPrograms& host) : git_(std::move(git)) {
  for (const std::string& variable : host.environment()) {
    const std::size_t sign = variable.find('=');
    const std::string name = variable.substr(0, sign);
    // Of git's own, those that say where the user's settings are; others choose a repository, programs, or single settings.
    if (!name.starts_with("GIT_") || name == "GIT_CONFIG_GLOBAL" || name == "GIT_CONFIG_SYSTEM" || name == "GIT_CONFIG_NOSYSTEM")
      environment_[name] = variable.substr(sign + 1);
  }
  environment_["GIT_DIR"] = "/dev/null"; // no repository, wherever this was typed
  environment_["GIT_TERMINAL_PROMPT"] = "0";
  environment_["GIT_ASKPASS"] = ""; // and no window: what is asked for is not what is kept
  environment_["GCM_INTERACTIVE"] = "never";
}

base::Result<CredentialStore> CredentialStore::open(const HostPrograms& host) {
  TRY_ASSIGN(std::string git, host.find("git"));
  CredentialStore store(std::move(git), host);
  TRY_ASSIGN(const std::string said,
             store.run({"config", "--null", "--get-regexp", "^credential\\.(.*\\.)?helper$"}, ""));
  for (const std::string_view entry : base::split(said, '\0')) {
    const std::size_t end = entry.find('\n');
    if (end == std::string_view::npos) continue;
    const std::string_view name =
        entry.substr(0, end); // "credential.helper", "credential.https://HOST.helper"
    const std::size_t url = name.find('.') + 1, last = name.rfind('.');
    const std::string of = url < last ? base::url_host(name.substr(url, last - url)) : "";
    if (url < last && of.empty()) continue;
    store.helpers_.push_back({.host = of, .words = std::string(entry.substr(end + 1))});
  }
  return store;
}

base::Result<std::string> CredentialStore::run(const std::vector<std::string>& words,
                                               const std::string& input) const {
  std::vector<std::string> argv = {git_, "-C", "/"};
  argv.insert(argv.end(), words.begin(), words.end());
  TRY_ASSIGN(base::Captured said, base::capture(argv, environment_, timeout_ms, input));
  return said.status == 0 ? std::move(said.out) : std::string();
}

std::string CredentialStore::password(const policy::RemoteLogin& login, const std::string& user) const {
  const auto said = run({"credential", "fill"}, described(login, user) + "\n");
  if (!said) return {};
  for (const std::string_view line : base::split(*said, '\n'))
    if (line.starts_with("password=")) return std::string(line.substr(9));
  return {};
}

bool CredentialStore::has(const policy::RemoteLogin& login, const std::string& user) const {
  return password(login, user) == login.password;
}

bool CredentialStore::has_other(const policy::RemoteLogin& login) const {
  for (const std::string& name : {login.user, std::string()})
    if (const std::string found = password(login, name); !found.empty() && found != login.password)
      return true;
  return false;
}

std::vector<std::string> CredentialStore::helpers(const policy::RemoteLogin& login) const {
  std::vector<std::string> out;
  const std::string host = base::url_host(login.protocol + "://" + login.host);
  for (const Helper& helper : helpers_) {
    if (!helper.host.empty() && helper.host != host) continue;
    if (helper.words.empty())
      out.clear();
    else if (helper.words != "cache" && !helper.words.starts_with("cache "))
      out.push_back(helper.words);
  }
  return out;
}

base::Status CredentialStore::give(const policy::RemoteLogin& login) const {
  TRY(run({"credential", "approve"}, described(login, login.user) + "password=" + login.password + "\n\n"));
  return base::ok();
}

} // namespace psbc::runtime
