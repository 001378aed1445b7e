// SPDX-License-Identifier: MIT
// A repository's settings cannot be written inside; what they name may lie in the project, and then it can: a directory
// of hooks, a file that is included, a script that filters (THREATS D4).
#include <algorithm>
#include <set>

#include "base/text.h"
#include "policy/gitconfig.h"
#include "policy/lowering.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t settings_limit = 1U << 20U; // bytes
constexpr std::size_t include_depth = 10;         // as git's own
constexpr std::size_t word_limit = 8;             // of a command: its program, an interpreter's script

/// Keys whose value is a path, and what it is relative to.
bool names_path(const GitEntry& entry) {
  return (entry.section == "core" && (entry.key == "hookspath" || entry.key == "attributesfile")) ||
         ((entry.section == "include" || entry.section == "includeif") && entry.key == "path");
}

bool is_include(const GitEntry& entry) { return entry.section == "include" || entry.section == "includeif"; }

/// Keys whose value git gives to a shell (git-config(1)).
bool names_command(const GitEntry& entry) {
  struct Key {
    std::string_view section, key;
  };
  static constexpr Key keys[] = {
      {"core", "fsmonitor"}, {"core", "sshcommand"}, {"core", "editor"},  {"core", "pager"},     {"core", "askpass"},  {"core", "gitproxy"},
      {"filter", "clean"},   {"filter", "smudge"},   {"filter", "process"}, {"diff", "command"}, {"diff", "textconv"}, {"diff", "external"},
      {"merge", "driver"},   {"gpg", "program"},     {"credential", "helper"}, {"sequence", "editor"}, {"interactive", "difffilter"}, {"difftool", "cmd"},
      {"mergetool", "cmd"},  {"uploadpack", "packobjectshook"}, {"trailer", "command"}, {"trailer", "cmd"}, {"sendemail", "sendmailcmd"}};
  if (entry.section == "alias" || entry.section == "pager") return true;
  return std::any_of(std::begin(keys), std::end(keys), [&](const Key& each) { return each.section == entry.section && each.key == entry.key; });
}

class Named {
 public:
  Named(Lowering& lowering, const AbsPath& tree) : lowering_(lowering), tree_(tree) {}

  void read(const AbsPath& settings, std::size_t depth = 0) {
    const auto text = lowering_.in.fs.read(settings, settings_limit);
    if (!text) return;
    for (const GitEntry& entry : parse_gitconfig(*text)) {
      if (names_path(entry)) {
        const auto path = expand(entry.value, is_include(entry) ? settings.parent() : tree_, lowering_.in.places.home);
        if (!path) { // `..` is usual in it
          if (const auto found = above(entry.value, is_include(entry) ? settings.parent() : tree_)) note(*found, entry, depth);
        } else {
          note(*path, entry, depth);
        }
      } else if (names_command(entry)) {
        words(entry);
      }
    }
  }

 private:
  static std::optional<AbsPath> above(std::string_view text, AbsPath base) {
    if (text.starts_with('/') || text.starts_with('~')) return std::nullopt;
    for (const std::string_view part : base::split(text, '/')) {
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        base = base.parent();
        continue;
      }
      const auto next = base.join(part);
      if (!next) return std::nullopt;
      base = *next;
    }
    return base;
  }

  bool may_write(const AbsPath& path) const {
    return std::any_of(lowering_.trees.begin(), lowering_.trees.end(), [&](const AbsPath& tree) { return path.is_strictly_under(tree); });
  }

  void note(const AbsPath& path, const GitEntry& entry, std::size_t depth) {
    protect(path, entry);
    if (is_include(entry) && depth < include_depth) read(path, depth + 1);
  }

  void protect(const AbsPath& path, const GitEntry& entry) {
    const auto real = resolve(lowering_.in.fs, path);
    if (!real || real->kind == Kind::absent || real->kind == Kind::other || !may_write(real->path)) return;
    if (lowering_.out.environment.is_under(real->path) || real->path.is_under(lowering_.out.environment)) return; // reported
    if (!done_.insert(real->path).second) return;
    lowering_.add(Access::read_only, real->path, builtin("git's " + entry.section + "." + entry.key + " names it, and the host's git obeys it"));
  }

  void words(const GitEntry& entry) {
    std::string value = entry.value;
    if (value.starts_with('!')) value.erase(0, 1);
    std::size_t count = 0;
    std::string word;
    const auto take = [&] {
      if (word.empty() || ++count > word_limit) return;
      // A name without a slash is a program of PATH, unless an interpreter is told to read it.
      const bool is_file = word.find('/') != std::string::npos || word.find('.') != std::string::npos;
      if (is_file && !word.starts_with('-'))
        if (const auto path = expand(word, tree_, lowering_.in.places.home)) protect(*path, entry);
      word.clear();
    };
    for (const char c : value) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\'' || c == '"' || c == ';' || c == '&' || c == '|' || c == '(' || c == ')') take();
      else word += c;
    }
    take();
  }

  Lowering& lowering_;
  AbsPath tree_;
  std::set<AbsPath> done_;
};

} // namespace

void protect_named_by(Lowering& lowering, const AbsPath& git_directory, const AbsPath& tree) {
  Named named(lowering, tree);
  named.read(git_directory / "config");
}

} // namespace psbc::policy
