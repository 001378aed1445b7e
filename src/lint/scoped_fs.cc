// SPDX-License-Identifier: MIT
#include "lint/scoped_fs.h"

#include <cerrno>

namespace psbc::lint {

using base::AbsPath;
using base::Kind;

namespace {

base::Error absent(const AbsPath& path) { return {.operation = "look at", .object = path.string(), .code = ENOENT}; }

} // namespace

Kind ScopedFs::kind(const AbsPath& path) {
  if (shows(path)) return real_->kind(path);
  if (root_.is_under(path)) return Kind::directory;
  return path == file_ ? Kind::file : Kind::absent;
}

base::Result<std::string> ScopedFs::read(const AbsPath& path, std::size_t limit) {
  if (!shows(path)) return absent(path);
  return real_->read(path, limit);
}

base::Result<std::string> ScopedFs::target(const AbsPath& path) {
  if (!shows(path)) return absent(path);
  return real_->target(path);
}

base::Result<std::vector<std::string>> ScopedFs::names(const AbsPath& path) {
  if (!shows(path)) return absent(path);
  return real_->names(path);
}

std::vector<std::string> ScopedFs::among(const AbsPath& path, const std::vector<std::string>& names) {
  return shows(path) ? real_->among(path, names) : std::vector<std::string>();
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
  if (!shows(path)) return absent(path);
  return real_->glance(path, limit, settled);
}

base::Result<std::string> ScopedFs::peek(const AbsPath& path, std::size_t limit, bool settled) {
  if (!shows(path)) return absent(path);
  return real_->peek(path, limit, settled);
}

} // namespace psbc::lint
