// SPDX-License-Identifier: MIT
#include "driver/propose_workspace.h"

#include <algorithm>

#include "base/text.h"
#include "config/format.h"
#include "config/load.h"
#include "driver/path_dependencies.h"
#include "policy/repository.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t file_limit = 1 << 20; // bytes of a packaging file
constexpr std::size_t member_limit = 256;   // of a workspace

struct Found {
  AbsPath path;
  std::string why;
};

/// Its spans lead nowhere: problems in other programs' files are not told.
std::optional<config::Value> read_toml(base::Fs& fs, const AbsPath& file) {
  const auto text = fs.read(file, file_limit);
  return text ? config::load_foreign(diag::SourceFile(file.string(), *text)) : std::nullopt;
}

/// `text` from `base` on, `..` taken lexically, as the tools do.
std::optional<AbsPath> from(const AbsPath& base, std::string_view text) {
  AbsPath at = text.starts_with('/') ? AbsPath::literal("/") : base;
  for (const std::string_view part : base::split(text, '/')) {
    if (part.empty() || part == ".") continue;
    const auto next = part == ".." ? at.parent() : at.join(part);
    if (!next) return std::nullopt;
    at = *next;
  }
  return at;
}

std::vector<PathDependency> dependencies_of(base::Fs& fs, const AbsPath& root) {
  std::vector<PathDependency> out;
  for (const char* file : {"pyproject.toml", "Pipfile"})
    if (const auto value = read_toml(fs, root / file)) {
      const auto found = path_dependencies(*value);
      out.insert(out.end(), found.begin(), found.end());
    }
  for (const char* pattern : {"requirements*.txt", "requirements/*.txt"}) {
    const auto files = fs.glob(root, pattern, member_limit);
    if (!files) continue;
    for (const std::string& name : *files) {
      const auto file = root.join(name);
      const auto text = file ? fs.read(*file, file_limit) : base::Result<std::string>(base::Error{});
      if (!text) continue;
      // pip takes paths from where it runs, and included files from where the file lies; both are the project here.
      const auto found = requirement_paths(*text, base::escape(name));
      out.insert(out.end(), found.begin(), found.end());
    }
  }
  return out;
}

std::vector<AbsPath> members_of(base::Fs& fs, const AbsPath& top, const std::vector<std::string>& patterns) {
  std::vector<AbsPath> out;
  for (const std::string& pattern : patterns) {
    if (pattern.starts_with('/') || ("/" + pattern + "/").find("/../") != std::string::npos) continue; // uv takes none of these
    const auto matches = fs.glob(top, pattern, member_limit);
    if (!matches) continue;
    for (const std::string& match : *matches)
      if (const auto path = top.join(match)) out.push_back(*path);
  }
  return out;
}

/// uv looks for a workspace above the project, and then reads its lock file and all of its members.
void find_uv_workspace(base::Fs& fs, const AbsPath& root, const AbsPath& last, std::vector<Found>& out) {
  for (AbsPath at = root.parent(); at.is_under(last); at = at.parent()) {
    const auto pyproject = read_toml(fs, at / "pyproject.toml");
    const UvWorkspace workspace = pyproject ? uv_workspace(*pyproject) : UvWorkspace{};
    if (!workspace.exists) {
      if (at.is_root()) return;
      continue;
    }
    std::vector<AbsPath> members = members_of(fs, at, workspace.members);
    const std::vector<AbsPath> excluded = members_of(fs, at, workspace.exclude);
    std::erase_if(members, [&](const AbsPath& path) {
      return std::find(excluded.begin(), excluded.end(), path) != excluded.end() || fs.kind(path / "pyproject.toml") != Kind::file;
    });
    if (std::find(members.begin(), members.end(), root) == members.end()) return;
    for (const char* file : {"pyproject.toml", "uv.lock"}) out.push_back({.path = at / file, .why = "[tool.uv.workspace]"});
    for (const AbsPath& member : members) out.push_back({.path = member, .why = "[tool.uv.workspace]"});
    return;
  }
}

/// What could stand in the file, and would not be refused at the first build.
bool can_be_named(std::string_view path, config::Format format) {
  return base::escape(path) == path && !config::check_format(format, path);
}

} // namespace

WorkspaceProposal propose_workspace(base::Fs& fs, const AbsPath& directory, const AbsPath& home) {
  const auto resolved = resolve(fs, directory);
  const AbsPath& root = resolved ? resolved->path : directory;
  auto top = policy::repository_above(fs, root);
  if (top && home.is_under(*top)) top.reset();
  std::vector<Found> found;
  for (PathDependency& dependency : dependencies_of(fs, root))
    if (const auto path = from(root, dependency.path)) found.push_back({.path = *path, .why = std::move(dependency.why)});
  if (top) find_uv_workspace(fs, root, *top, found);

  std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.path < b.path; });
  WorkspaceProposal out;
  std::optional<AbsPath> last;
  for (const Found& one : found) {
    const Kind kind = fs.kind(one.path);
    if (kind == Kind::absent || kind == Kind::other || one.path.is_under(root) || root.is_under(one.path)) continue;
    if (last && one.path.is_under(*last)) continue;
    if (top && one.path.is_under(*top)) {
      std::string path = one.path.relative_to(*top);
      if (!can_be_named(path, config::Format::inner_path)) continue;
      out.workspace.push_back({.path = std::move(path), .why = one.why});
    } else {
      std::string path = display_path(one.path, home);
      if (!can_be_named(path, config::Format::path) || home.is_under(one.path)) continue;
      out.readonly.push_back({.path = std::move(path), .why = one.why});
    }
    last = one.path;
  }
  return out;
}

} // namespace psbc::driver
