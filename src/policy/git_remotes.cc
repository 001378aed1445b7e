// SPDX-License-Identifier: MIT
#include "policy/git_remotes.h"

#include "base/quote.h"
#include "base/text.h"
#include "policy/remote_login.h"
#include "policy/secret_scan.h"

namespace psbc::policy {

using base::AbsPath;

namespace {

constexpr std::size_t settings_limit = 1U << 20U; // bytes of one file

} // namespace

std::string without_credentials(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const auto rest = url.substr(scheme + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const auto host = authority.rfind('@');
  return std::string(url.substr(0, scheme + 3)).append(rest.substr(host == std::string_view::npos ? 0 : host + 1));
}

std::vector<AbsPath> git_settings(const std::vector<std::string>& read_only) {
  std::vector<AbsPath> out;
  for (const std::string& text : read_only) {
    const auto path = AbsPath::parse(text);
    if (!path) continue;
    if (path->name() == "config" || path->name() == "config.worktree") out.push_back(*path);
    else if (path->name() == ".git") out.push_back(*path / "config");
  }
  return out;
}

std::vector<RemoteSecret> find_remote_secrets(base::Fs& fs, const std::vector<AbsPath>& settings) {
  std::vector<RemoteSecret> out;
  for (const AbsPath& file : settings) {
    const auto text = fs.read(file, settings_limit);
    if (!text) continue;
    for (const Finding& finding : scan_secrets(*text)) { // in the order of lines
      RemoteSecret found{.file = file, .line = finding.line, .remote = {}, .redacted = finding.redacted, .url = {}};
      if (auto set = remote_url_at(*text, finding.line)) {
        found.remote = std::move(set->remote);
        found.url = without_credentials(set->url);
      }
      out.push_back(std::move(found));
    }
  }
  return out;
}

std::string describe(const RemoteSecret& found, const AbsPath& home, bool by_hand) {
  std::string out = base::escape(display_path(found.file, home)) + ":" + std::to_string(found.line) + ": what runs inside can read the secret in ";
  out += found.remote.empty() ? "`" + base::escape(found.redacted) + "`" : "the URL of the remote `" + base::escape(found.remote) + "`";
  if (found.url.empty()) return out + ": move it to your ~/.gitconfig or a credential helper";
  const std::string where = found.file.parent().name() == ".git" ? " -C " + base::quote_posix(found.file.parent().parent().string()) : "";
  return out + (by_hand ? "; keep it in a credential helper: git" : "; psbc fix moves it to your credential helper, or: git") + where + " remote set-url " + base::escape(base::quote_posix(found.remote)) + " " +
         base::escape(base::quote_posix(found.url));
}

} // namespace psbc::policy
