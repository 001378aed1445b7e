// SPDX-License-Identifier: MIT
#include "policy/git_remotes.h"

#include "base/quote.h"
#include "base/text.h"
#include "policy/gitconfig.h"
#include "policy/secret_scan.h"

namespace psbc::policy {

using base::AbsPath;

namespace {

constexpr std::size_t settings_limit = 1U << 20U; // bytes of one file

/// The remote whose URL a line sets, as git reads it; the section may begin in the same line.
void name_remote(RemoteSecret& found, std::string_view text_to_line, std::string_view line) {
  const auto header = text_to_line.rfind("[remote ");
  const auto other = text_to_line.rfind("\n[");
  if (header == std::string_view::npos || (other != std::string_view::npos && other > header)) return;
  for (const GitEntry& entry : parse_gitconfig(std::string(text_to_line.substr(header)))) {
    if (entry.section != "remote" || (entry.key != "url" && entry.key != "pushurl")) continue;
    const auto scheme = entry.value.find("://");
    if (scheme == std::string::npos || line.find(entry.value) == std::string_view::npos) continue;
    found.remote = entry.subsection;
    found.url = without_credentials(entry.value);
  }
}

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
    std::size_t at = 0;
    std::uint32_t line = 1;
    for (const Finding& finding : scan_secrets(*text)) { // in the order of lines
      for (; line < finding.line; ++line) at = text->find('\n', at) + 1;
      const auto end = std::min(text->find('\n', at), text->size());
      RemoteSecret found{.file = file, .line = finding.line, .remote = {}, .redacted = finding.redacted, .url = {}};
      name_remote(found, std::string_view(*text).substr(0, end), std::string_view(*text).substr(at, end - at));
      out.push_back(std::move(found));
    }
  }
  return out;
}

std::string describe(const RemoteSecret& found, const AbsPath& home) {
  std::string out = base::escape(display_path(found.file, home)) + ":" + std::to_string(found.line) + ": what runs inside can read the secret in ";
  out += found.remote.empty() ? "`" + base::escape(found.redacted) + "`" : "the URL of the remote `" + base::escape(found.remote) + "`";
  if (found.url.empty()) return out + ": move it to your ~/.gitconfig or a credential helper";
  const std::string where = found.file.parent().name() == ".git" ? " -C " + base::quote_posix(found.file.parent().parent().string()) : "";
  return out + "; keep it in a credential helper: git" + where + " remote set-url " + base::escape(base::quote_posix(found.remote)) + " " +
         base::escape(base::quote_posix(found.url));
}

} // namespace psbc::policy
