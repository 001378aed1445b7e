// SPDX-License-Identifier: MIT
#include "driver/ceiling.h"

#include <cerrno>

#include "base/date.h"
#include "base/text.h"
#include "config/load.h"
#include "policy/places.h"

namespace psbc::driver {
namespace {

using base::AbsPath;
using base::Kind;

void refuse(diag::Diagnostics& diagnostics, std::string message, std::string help) {
  diagnostics.add({.code = diag::Code::policy_unsafe,
                   .message = std::move(message),
                   .notes = {"an organisation's policy counts for all who use this machine, so root alone may be able to change it"},
                   .help = {std::move(help)}});
}

/// The file, and each directory on the way: who can rename one decides what the file says. A link's own bits mean nothing.
bool is_roots_alone(base::Fs& fs, const AbsPath& path, diag::Diagnostics& diagnostics) {
  for (AbsPath at = path;; at = at.parent()) {
    const auto ownership = fs.ownership(at);
    const std::string shown = "`" + base::escape(at.string()) + "`";
    if (!ownership) refuse(diagnostics, "whose " + shown + " is cannot be told: " + describe(ownership.error()), "ls -ld " + base::escape(at.string()));
    else if (ownership->uid != 0) refuse(diagnostics, shown + " does not belong to root", "sudo chown root: " + base::escape(at.string()));
    else if (fs.kind(at) != Kind::symlink && (ownership->mode & 0022U) != 0) refuse(diagnostics, shown + " can be written by others than root", "sudo chmod go-w " + base::escape(at.string()));
    if (diagnostics.has_errors()) return false;
    if (at.is_root()) return true;
  }
}

} // namespace

std::optional<config::Ceiling> load_ceiling(base::Fs& fs, std::deque<diag::SourceFile>& sources, diag::Diagnostics& diagnostics) {
  const AbsPath& path = policy::ceiling_file();
  auto text = fs.read(path, config::max_file_size);
  const bool is_absent = !text && (text.error().code == ENOENT || text.error().code == ENOTDIR) && fs.kind(path) == Kind::absent;
  if (is_absent) return config::Ceiling{};
  if (!text) {
    if (text.error().code == EFBIG) diagnostics.add({.code = diag::Code::limit_exceeded, .message = "`" + path.string() + "` is longer than 64 KiB", .help = {"shorten it"}});
    else refuse(diagnostics, describe(text.error()), "sudo chmod a+rX /etc/psbc " + path.string());
    return std::nullopt;
  }
  const auto real = resolve(fs, path); // some systems link what is in /etc
  if (!is_roots_alone(fs, path, diagnostics) || (real && real->path != path && !is_roots_alone(fs, real->path, diagnostics))) return std::nullopt;
  return config::load_ceiling(sources.emplace_back(path.string(), std::move(*text)), diagnostics);
}

const config::GrantsRow* row_of(const config::Ceiling& ceiling, const std::string& digest, bool config::GrantsRow::*what) {
  for (const config::GrantsRow& row : ceiling.grants)
    if (row.*what && row.digest.value == digest && !base::is_over(row.until.value)) return &row;
  return nullptr;
}

} // namespace psbc::driver
