// SPDX-License-Identifier: MIT
// Package indexes in the settings of the machine, /etc. They are visible inside as they are, because every user of the machine
// can read them; unless one holds a password, which code inside would send away. Then the file is hidden, and what else it says
// is inside under another name, where its tool looks as well: pip and uv find settings below $XDG_CONFIG_DIRS (pip
// "Configuration", uv "Configuration files").
#include <cerrno>

#include "policy/index_files.h"
#include "policy/secret_scan.h"
#include "policy/tree.h"
#include "policy/withhold.h"

namespace psbc::policy {

using base::AbsPath;

namespace {

struct SystemFile {
  const char* tool; // as in indexes.cc
  const char* path;
  const char* inside; // below `directory`; nullptr: its tool looks nowhere else
  Syntax syntax;
};

constexpr const char* directory = ".config/psbc/xdg"; // below HOME

constexpr SystemFile files[] = {
    {nullptr, "/etc/xdg/pip/pip.conf", "pip/pip.conf", Syntax::ini},
    {nullptr, "/etc/pip.conf", "pip/pip.conf", Syntax::ini},
    {nullptr, "/etc/xdg/uv/uv.toml", nullptr,
     Syntax::toml}, // the first one of the list is the only one that uv reads
    {nullptr, "/etc/uv/uv.toml", "uv/uv.toml", Syntax::toml},
    {"conda", "/etc/conda/.condarc", nullptr, Syntax::yaml},
    {"conda", "/etc/conda/condarc", nullptr, Syntax::yaml},
    {"pdm", "/etc/xdg/pdm/config.toml", nullptr, Syntax::toml},
};

bool holds_secret(std::string_view text, Syntax syntax) {
  const CarriedSettings all = carry_settings(text, syntax);
  return !all.passwords.empty() || !all.secrets.empty() || !scan_secrets(text).empty();
}

void set(Lowering& lowering, const char* name, std::string value) {
  lowering.out.variables.push_back({.name = name,
                                    .value = std::move(value),
                                    .origin = builtin("the machine's package indexes, without passwords")});
}

/// Its settings, under a name below `directory`.
void carry(Lowering& lowering, const SystemFile& file, const AbsPath& path, std::string_view text) {
  const std::string inside = std::string(directory) + "/" + (file.inside != nullptr ? file.inside : "");
  bool is_taken = false, is_first = true;
  for (const HomeFile& other : lowering.out.home_files) {
    is_taken = is_taken || other.path == inside;
    is_first = is_first && !other.path.starts_with(directory);
  }
  if (file.inside == nullptr || is_taken)
    return refuse_index_file(
        lowering, path,
        is_taken ? "it holds a password, and so does another file of the machine for the same tool"
                 : "it holds a password, and its tool finds such settings nowhere else");
  auto carried = carry_index_file(
      lowering, path, text, file.syntax,
      "the file is hidden inside; what else it says about indexes is there under another name");
  if (!carried) return;
  lowering.out.home_files.push_back({.path = inside,
                                     .content = std::move(*carried),
                                     .origin = builtin("the machine's package indexes, without passwords")});
  if (is_first)
    set(lowering, "XDG_CONFIG_DIRS", "/etc/xdg:" + (lowering.in.places.home / directory).string());
}

} // namespace

void lower_system_indexes(Lowering& lowering) {
  const LowerInput& in = lowering.in;
  for (const SystemFile& file : files) {
    if (!is_recognised(lowering, file.tool)) continue;
    const AbsPath path = AbsPath::literal(file.path);
    if (in.fs.kind(path) == base::Kind::absent) continue; // one fact, where resolving makes several
    const auto resolved = resolve(in.fs, path);
    if (!resolved || resolved->kind != base::Kind::file) continue;
    const auto text = in.fs.read(resolved->path, index_file_limit);
    if (!text && text.error().code == EACCES) continue; // neither inside nor outside
    const bool is_visible_inside = is_visible(lowering.out.rules, resolved->path);
    if (text && is_visible_inside && (!holds_secret(*text, file.syntax) || is_accepted(lowering, path))) continue;
    if (!text) {
      read_index_file(lowering, path, resolved->path); // says why
      continue;
    }
    if (is_visible_inside)
      lowering.add(Access::hidden, resolved->path, builtin("holds a password of a package index"));
    carry(lowering, file, path, *text);
  }
}

} // namespace psbc::policy
