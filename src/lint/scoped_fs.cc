// SPDX-License-Identifier: MIT
#include "lint/scoped_fs.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>

namespace psbc::lint {

using base::AbsPath;
using base::Kind;

namespace {

base::Error absent(const AbsPath& path) { return {.operation = "look at", .object = path.string(), .code = ENOENT}; }

/// Links that each system has, so that another spelling of a path is seen through on any machine.
struct SystemLink {
  std::string_view path, target;
};
constexpr SystemLink system_links[] = {{"/bin", "usr/bin"}, {"/lib", "usr/lib"}, {"/lib64", "usr/lib64"}, {"/sbin", "usr/sbin"}, {"/var/lock", "/run/lock"}, {"/var/run", "/run"}};

const SystemLink* system_link(const AbsPath& path) {
  const auto found = std::find_if(std::begin(system_links), std::end(system_links), [&](const SystemLink& link) { return link.path == path.string(); });
  return found == std::end(system_links) ? nullptr : found;
}

} // namespace

const std::optional<std::vector<std::string>>& ScopedFs::listed(const AbsPath& directory) {
  const auto known = listings_.find(directory.string());
  if (known != listings_.end()) return known->second;
  auto names = real_->names(directory);
  std::optional<std::vector<std::string>> listing;
  if (names) listing = std::move(*names);
  return listings_.emplace(directory.string(), std::move(listing)).first->second;
}

bool ScopedFs::is_missing(const AbsPath& path) {
  if (path == root_) return false;
  const auto& names = listed(path.parent());
  return names && !std::binary_search(names->begin(), names->end(), path.name());
}

Kind ScopedFs::kind(const AbsPath& path) {
  if (shows(path)) return is_missing(path) ? Kind::absent : real_->kind(path);
  if (system_link(path) != nullptr) return Kind::symlink;
  if (root_.is_under(path)) return Kind::directory;
  return path == file_ ? Kind::file : Kind::absent;
}

base::Result<std::string> ScopedFs::read(const AbsPath& path, std::size_t limit) {
  if (!shows(path) || is_missing(path)) return absent(path);
  return real_->read(path, limit);
}

base::Result<std::string> ScopedFs::target(const AbsPath& path) {
  if (shows(path)) return real_->target(path);
  if (const SystemLink* const link = system_link(path)) return std::string(link->target);
  return absent(path);
}

base::Result<std::vector<std::string>> ScopedFs::names(const AbsPath& path) {
  if (!shows(path)) return absent(path);
  if (const auto& names = listed(path)) return *names;
  return real_->names(path); // why not
}

std::vector<std::string> ScopedFs::among(const AbsPath& path, const std::vector<std::string>& names) {
  if (!shows(path)) return {};
  const auto& there = listed(path);
  if (!there) return real_->among(path, names);
  std::vector<std::string> out;
  std::copy_if(names.begin(), names.end(), std::back_inserter(out), [&](const std::string& name) { return std::binary_search(there->begin(), there->end(), name); });
  return out;
}

bool ScopedFs::vacant(const AbsPath& path) { return shows(path) ? real_->vacant(path) : kind(path) == Kind::absent; }

base::Result<base::Ownership> ScopedFs::ownership(const AbsPath& path) {
  if (real_ == nullptr) return absent(path);
  return real_->ownership(shows(path) ? path : root_); // who owns the repository is who works in it
}

std::uint64_t ScopedFs::link_count(const AbsPath& path) { return shows(path) ? real_->link_count(path) : 0; }

std::string ScopedFs::stamp(const AbsPath& path) { return shows(path) ? real_->stamp(path) : ""; }

base::Result<std::vector<std::string>> ScopedFs::glob(const AbsPath& root, const std::string& pattern, std::size_t limit) {
  if (!shows(root)) return std::vector<std::string>();
  return real_->glob(root, pattern, limit);
}

base::Result<std::vector<std::string>> ScopedFs::find(const AbsPath& root, const std::string& names, std::size_t depth, std::size_t limit) {
  if (!shows(root)) return std::vector<std::string>();
  return real_->find(root, names, depth, limit);
}

// Programs and sockets are the machine's, wherever they are: none of them is asked.
base::Result<std::string> ScopedFs::listener(const AbsPath& path) { return absent(path); }
base::Result<std::string> ScopedFs::version_output(const AbsPath& program) { return absent(program); }
base::Result<std::string> ScopedFs::program_digest(const AbsPath& program) { return absent(program); }

base::Result<base::Glance> ScopedFs::glance(const AbsPath& path, std::size_t limit, bool settled) {
  if (!shows(path) || is_missing(path)) return absent(path);
  return real_->glance(path, limit, settled);
}

base::Result<std::string> ScopedFs::peek(const AbsPath& path, std::size_t limit, bool settled) {
  if (!shows(path) || is_missing(path)) return absent(path);
  return real_->peek(path, limit, settled);
}

} // namespace psbc::lint
