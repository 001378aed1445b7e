// SPDX-License-Identifier: MIT
// Files that psbc's first process writes into the private HOME. Before 0.9.74 firejail puts
// /etc/skel's .bashrc there whatever is whitelisted (FIREJAIL B2), and a single mounted file cannot be
// rewritten by rename, so a copy of the user's own, scanned first, is what works everywhere.
#include "base/text.h"
#include "policy/gitconfig.h"
#include "policy/lowering.h"
#include "policy/secret_scan.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t rc_limit = 256 * 1024; // bytes

bool accepts(const Lowering& lowering, const AbsPath& path) {
  for (const auto& entry : lowering.in.user.accept_secrets)
    if (const auto accepted = expand(entry.value, lowering.in.places.home, lowering.in.places.home); accepted && *accepted == path)
      return true;
  return false;
}

/// The text of a file in HOME when it may be shown inside.
std::string scanned(Lowering& lowering, const char* relative) {
  const AbsPath path = lowering.in.places.home / relative;
  const Kind kind = lowering.in.fs.kind(path);
  if (kind != Kind::file && kind != Kind::symlink) return {};
  auto text = lowering.in.fs.read(path, rc_limit);
  if (!text) return {};
  const auto findings = scan_secrets(*text);
  if (findings.empty() || accepts(lowering, path)) return *text;
  std::vector<std::string> notes;
  for (const Finding& finding : findings)
    notes.push_back("~/" + std::string(relative) + ":" + std::to_string(finding.line) + ": " + finding.kind + " " + finding.redacted);
  lowering.report(diag::Code::secret_in_exposed_file, diag::Severity::warning, {},
                  lowering.shown(path) + " holds what looks like a secret: the shell inside starts without it", "", std::move(notes),
                  {"keep secrets in a file of their own, or accept this one: accept_secrets = [\"~/" + std::string(relative) +
                   "\"] in ~/.config/psbc/config.toml"});
  return {};
}

void write(Lowering& lowering, const char* path, std::string content, HomeFile::Mode mode, std::string reason) {
  lowering.out.home_files.push_back({.path = path, .content = std::move(content), .mode = mode, .origin = builtin(std::move(reason))});
}

} // namespace

void lower_home_files(Lowering& lowering) {
  // ~/.bashrc itself gets psbc's part behind it (templates/shell/inside.bash): it is written always.
  write(lowering, ".bashrc", scanned(lowering, ".bashrc"), HomeFile::Mode::replace, "your own, without secrets");
  // A login shell (each tmux pane is one) reads this one instead.
  write(lowering, ".bash_profile", "[ -f ~/.bashrc ] && . ~/.bashrc\n", HomeFile::Mode::replace, "login shells read ~/.bashrc too");
  for (const char* name : {".bash_aliases", ".inputrc"})
    if (std::string text = scanned(lowering, name); !text.empty())
      write(lowering, name, std::move(text), HomeFile::Mode::replace, "your own, without secrets");

  std::string git;
  for (const char* name : {".config/git/config", ".gitconfig"})
    if (const auto text = lowering.in.fs.read(lowering.in.places.home / name, rc_limit)) git += *text + "\n";
  // Only the repository that a developer trusts may be used by git inside; its owner is another uid
  // to nobody, so no safe.directory is needed.
  write(lowering, ".gitconfig", harmless_gitconfig(git), HomeFile::Mode::block, "identity and harmless keys of your own");
}

} // namespace psbc::policy
