// SPDX-License-Identifier: MIT
#include "policy/own_files.h"

#include <cerrno>

#include "base/text.h"
#include "policy/sensitive.h"
#include "policy/shell_words.h"
#include "policy/tree.h"
#include "policy/withhold.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t accepted_limit = 4096 * 1024; // bytes of one file that the user accepted
constexpr std::size_t tree_limit = 2048 * 1024; // bytes of all scanned files of a directory
constexpr std::size_t count_limit = 512;        // scanned files of a directory
constexpr std::size_t repository_depth = 4;     // sheldon: repos/github.com/x/y/.git
constexpr std::size_t repository_limit = 1024;

constexpr const char* for_shells = ": the shell inside starts without it";

bool holds_secret(Lowering& lowering, const AbsPath& path, const std::string& text, const char* outcome) {
  return withhold(lowering, path, path.name() == "fish_variables" ? plain_fish_variables(text) : text, outcome);
}

/// Nobody's place to choose: a link that a session may have made, or one that leads to a credential.
bool leads_astray(Lowering& lowering, const AbsPath& path, const base::Resolved& resolved) {
  const bool planted = lowering.planted(resolved) != nullptr;
  if (!planted && !find_sensitive(resolved.path, lowering.in.places.home)) return false;
  lowering.report(diag::Code::symlink_escape, diag::Severity::warning, {},
                  lowering.shown(path) + " leads to " + lowering.shown(resolved.path) + " and stays outside", "",
                  {planted ? "code inside could replace the link, and choose what the next session sees" : "credentials are kept there"},
                  {"make it a file of its own"});
  return true;
}

/// May a whole directory be exposed unasked? Never one that holds something else of psbc's or the user's.
bool is_fit(const Lowering& lowering, const AbsPath& path) {
  const Places& places = lowering.in.places;
  if (!path.is_strictly_under(places.home) || find_sensitive(path, places.home)) return false;
  for (const AbsPath& own : {places.state, places.data, places.config, places.home / ".config/firejail", lowering.in.root})
    if (own.is_under(path) || path.is_under(own)) return false;
  return true;
}

void too_long(Lowering& lowering, const AbsPath& path) {
  const std::string name = base::escape(display_path(path, lowering.in.places.home));
  lowering.report(diag::Code::limit_exceeded, diag::Severity::warning, {},
                  "`" + name + "` is longer than psbc scans for secrets, and stays outside", "", {"256 KiB of one file"},
                  {"accept it as it is: accept_secrets = [\"" + name + "\"] in ~/.config/psbc/config.toml"});
}

struct Scan {
  std::vector<AbsPath> hidden;
  std::vector<base::Resolved> linked; // files elsewhere that a link in the directory leads to
};

/// Nothing when the directory holds more than is scanned.
std::optional<Scan> scan_tree(Lowering& lowering, const AbsPath& directory, const char* text, const char* outcome) {
  base::Fs& fs = lowering.in.fs;
  Scan scan;
  const auto files = fs.glob(directory, text, count_limit);
  if (!files) return std::nullopt;
  std::size_t size = 0;
  for (const std::string& name : *files) {
    const auto path = directory.join(name);
    if (path && path->name() == ".git") {
      scan.hidden.push_back(*path);
      continue;
    }
    const auto resolved = path ? resolve(fs, *path) : base::Result<base::Resolved>(base::Error{});
    if (!resolved || resolved->kind != Kind::file) continue;
    const bool inside = resolved->path.is_under(directory);
    if (!inside && (is_visible(lowering.out.rules, resolved->path) || !resolved->path.is_under(lowering.in.places.home) ||
                    leads_astray(lowering, *path, *resolved)))
      continue;
    const auto content = fs.read(resolved->path, scan_limit);
    if (content && (size += content->size()) > tree_limit) return std::nullopt;
    if (!content && content.error().code == EFBIG && !is_accepted(lowering, *path)) {
      too_long(lowering, *path);
      if (inside) scan.hidden.push_back(resolved->path);
    } else if (!content || !holds_secret(lowering, *path, *content, outcome)) {
      if (!inside) scan.linked.push_back(*resolved);
    } else if (inside) {
      scan.hidden.push_back(resolved->path);
    }
  }
  return scan;
}

} // namespace

void hide_repositories(Lowering& lowering, const AbsPath& tree, const std::vector<std::string>& found) {
  for (const std::string& name : found)
    if (const auto path = tree.join(name)) lowering.add(Access::hidden, *path, builtin("a repository's settings name its remote, with a token now and then"));
}

bool may_show(Lowering& lowering, const AbsPath& path, const AbsPath& real, const char* outcome) {
  const auto text = lowering.in.fs.read(real, is_accepted(lowering, path) ? accepted_limit : scan_limit);
  if (text) return !holds_secret(lowering, path, *text, outcome);
  if (text.error().code == EFBIG) too_long(lowering, path);
  return false;
}

std::optional<std::string> own_text(Lowering& lowering, const AbsPath& path) {
  if (lowering.in.fs.kind(path) == Kind::absent) return std::nullopt; // one fact for what is not there
  const auto resolved = resolve(lowering.in.fs, path);
  if (!resolved || resolved->kind != Kind::file || leads_astray(lowering, path, *resolved)) return std::nullopt;
  auto text = lowering.in.fs.read(resolved->path, is_accepted(lowering, path) ? accepted_limit : scan_limit);
  if (!text && text.error().code == EFBIG) too_long(lowering, path);
  if (!text || holds_secret(lowering, path, *text, for_shells)) return std::nullopt;
  return std::move(*text);
}

void write_home_file(Lowering& lowering, const AbsPath& path, std::string content, std::string reason) {
  if (is_visible(lowering.out.rules, path)) return;
  std::erase_if(lowering.out.home_files, [&](const HomeFile& file) { return lowering.in.places.home / file.path == path; });
  lowering.out.home_files.push_back({.path = path.relative_to(lowering.in.places.home), .content = std::move(content),
                                     .mode = HomeFile::Mode::replace, .origin = builtin(std::move(reason))});
}

void copy_own_file(Lowering& lowering, const AbsPath& from, const AbsPath& to) {
  auto text = own_text(lowering, from);
  if (!text) return;
  // Exposed by name as well: firejail before 0.9.74 drops a single rc file (FIREJAIL B2), the copy works everywhere.
  std::erase_if(lowering.out.rules, [&](const Rule& rule) { return rule.path == to && rule.access == Access::read_only; });
  write_home_file(lowering, to, std::move(*text), "your own, without secrets");
}

std::optional<std::vector<std::string>> repositories_in(Lowering& lowering, const AbsPath& path, const AbsPath& real, std::size_t levels) {
  auto found = lowering.in.fs.find(real, ".git", levels, repository_limit);
  if (found) return std::move(*found);
  lowering.report(diag::Code::limit_exceeded, diag::Severity::warning, {},
                  lowering.shown(path) + " holds more repositories than psbc hides, and stays outside", "", {"at most 1024"},
                  {"expose it as it is: readonly = [\"" + base::escape(display_path(path, lowering.in.places.home)) + "\"] in ~/.config/psbc/config.toml"});
  return std::nullopt;
}

void expose_own_tree(Lowering& lowering, const AbsPath& path, const char* text, const Origin& origin, const char* outcome) {
  if (lowering.in.fs.kind(path) == Kind::absent) return;
  const auto resolved = resolve(lowering.in.fs, path);
  if (!resolved || (resolved->kind != Kind::directory && resolved->kind != Kind::file)) return;
  if (is_visible(lowering.out.rules, resolved->path) || !is_fit(lowering, resolved->path) || leads_astray(lowering, path, *resolved)) return;
  Scan scan;
  std::vector<std::string> repositories;
  if (resolved->kind == Kind::directory) {
    auto found = repositories_in(lowering, path, resolved->path, repository_depth);
    if (!found) return;
    repositories = std::move(*found);
  }
  if (text != nullptr && resolved->kind == Kind::directory) {
    auto scanned = scan_tree(lowering, resolved->path, text, outcome != nullptr ? outcome : for_shells);
    if (!scanned) {
      lowering.report(diag::Code::limit_exceeded, diag::Severity::warning, {},
                      lowering.shown(path) + " holds more than psbc scans for secrets, and stays outside", "",
                      {"at most 512 files of 256 KiB each, and 2 MiB together"},
                      {"expose it as it is: readonly = [\"" + base::escape(display_path(path, lowering.in.places.home)) + "\"] in ~/.config/psbc/config.toml"});
      return;
    }
    scan = std::move(*scanned);
  }
  lowering.add(Access::read_only, resolved->path, origin);
  lowering.add_aliases(*resolved, origin);
  hide_repositories(lowering, resolved->path, repositories);
  for (const base::Resolved& file : scan.linked) {
    lowering.add(Access::read_only, file.path, origin);
    for (const auto& link : file.links)
      if (!link.link.is_under(resolved->path)) lowering.out.aliases.push_back({.link = link.link, .target = link.target, .origin = origin});
  }
  for (const AbsPath& secret : scan.hidden) lowering.add(Access::hidden, secret, builtin("it holds what looks like a secret"));
}

} // namespace psbc::policy
