// SPDX-License-Identifier: MIT
// Shells inside: the user's own start-up files, and psbc's part behind them, for each row of the table
// that this machine has.
#include <algorithm>

#include "base/text.h"
#include "policy/own_files.h"
#include "policy/shell_table.h"
#include "policy/shell_words.h"
#include "policy/tree.h"

namespace psbc::policy {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t entry_limit = 256; // entries of a shell's directory

/// Installed where the sandbox sees it. A machine that has neither zsh nor fish costs the build a few looks
/// at what is not there.
bool is_used(const LowerInput& in, const Shell& shell) {
  if (shell.always) return true;
  for (const char* bin : {"/usr/bin", "/usr/local/bin", "/bin"})
    if (in.fs.kind(AbsPath::literal(bin) / shell.id) != Kind::absent) return true;
  return false;
}

/// What histories and caches are called: never copied, and never in the way of the sandbox's own.
bool is_shells_own(std::string_view name) {
  for (const std::string_view prefix : {".zsh_history", ".zhistory", ".histfile", ".zcompdump", ".zcompcache", ".zsh_sessions", ".git", ".fishd", "fish_history"})
    if (name.starts_with(prefix)) return true;
  return name.ends_with(".zwc") || name.ends_with("history");
}

struct Directory {
  AbsPath outside; // canonical
  AbsPath inside;  // where the shell looks
  bool from_start; // the machine says so: the shell looks nowhere else, from its first file on
};

/// One shell of one user.
class ShellLowering {
 public:
  ShellLowering(Lowering& lowering, const Shell& shell)
      : lowering_(lowering), in_(lowering.in), shell_(shell),
        origin_{.source = Origin::Source::tool, .where = shell.id, .reason = "your own shell settings", .span = {}} {}

  void run() {
    lowering_.out.shells.emplace_back(shell_.id);
    const auto directory = find_directory();
    for (const StartFile& start : shell_.starts)
      if (start.path != nullptr) write_start(start, directory);
    write_home_file(lowering_, in_.places.home / shell_.part, {}, "psbc's part of each shell");
    if (shell_.directory.fallback == nullptr)
      for (const OwnFile& own : shell_.own)
        if (own.path != nullptr && !(directory && directory->from_start && own.inside != nullptr))
          copy_own_file(lowering_, in_.places.home / own.path, in_.places.home / inside_name(own));
    if (directory) {
      if (directory->from_start) write_nothing_own(*directory);
      expose_directory(*directory);
    }
    for (const OwnTree& tree : shell_.trees) expose_tree(tree, directory ? directory->outside : in_.places.home);
    if (shell_.data != nullptr && !is_visible(lowering_.out.rules, in_.places.home / shell_.data))
      lowering_.out.aliases.push_back({.link = in_.places.home / shell_.data, .target = (lowering_.out.root / shell_.history).string(),
                                       .origin = builtin("history of this sandbox alone"), .where = Alias::Where::inside});
  }

 private:
  static const char* inside_name(const OwnFile& own) { return own.inside != nullptr ? own.inside : own.path; }

  std::optional<std::string> lookup(std::string_view name) const {
    if (name == "HOME") return in_.places.home.string();
    if (name == "XDG_CONFIG_HOME" || name == "ZDOTDIR" || name == "ZSH") return in_.env.get(name).value_or("");
    return std::nullopt;
  }

  std::optional<std::string> said(const AbsPath& file, const char* variable) const {
    const auto text = in_.fs.kind(file) == Kind::absent ? base::Result<std::string>(base::Error{}) : in_.fs.read(file, 256 * 1024);
    return text ? assigned_value(*text, variable, [this](std::string_view name) { return lookup(name); }) : std::nullopt;
  }

  /// Where this user's shell keeps its files, when it is not HOME.
  std::optional<Directory> find_directory() {
    const OwnDirectory& row = shell_.directory;
    if (row.variable == nullptr) return std::nullopt;
    auto value = row.said_in != nullptr ? said(in_.places.home / row.said_in, row.variable) : std::nullopt;
    if (!value) value = in_.env.get(row.variable);
    bool from_start = false;
    for (const char* file : row.system)
      if (file != nullptr && !value) from_start = (value = said(AbsPath::literal(file), row.variable)).has_value();
    auto asked = value ? AbsPath::parse(*value) : std::nullopt;
    if (asked && *row.below != '\0') asked = *asked / row.below;
    if (!asked && row.fallback != nullptr) asked = in_.places.home / row.fallback;
    if (!asked || *asked == in_.places.home) return std::nullopt;
    const auto resolved = resolve(in_.fs, *asked);
    if (!resolved || !resolved->path.is_strictly_under(in_.places.home)) return std::nullopt;
    if (row.fallback != nullptr) {
      // Inside the variable is not set. A directory that is reached by links keeps its real name.
      const auto usual = resolve(in_.fs, in_.places.home / row.fallback);
      const bool same = usual && usual->path == resolved->path;
      if (same) lowering_.add_aliases(*resolved, origin_);
      return Directory{.outside = resolved->path, .inside = same ? resolved->path : in_.places.home / row.fallback, .from_start = false};
    }
    if (resolved->kind != Kind::directory && !from_start) return std::nullopt;
    lowering_.add_aliases(*resolved, origin_);
    lowering_.out.zdotdir = asked->string();
    return Directory{.outside = resolved->path, .inside = resolved->path, .from_start = from_start};
  }

  /// A file that psbc must write where the shell looks. One that the user exposed by name is not mounted:
  /// the copy stands for it.
  void write_start(const StartFile& start, const std::optional<Directory>& directory) {
    const OwnDirectory& row = shell_.directory;
    AbsPath path = in_.places.home / start.path;
    if (directory && row.fallback != nullptr && path.is_under(in_.places.home / row.fallback))
      path = directory->inside / path.relative_to(in_.places.home / row.fallback);
    if (directory && directory->from_start && path.parent() == in_.places.home) path = directory->inside / path.name();
    std::erase_if(lowering_.out.rules, [&](const Rule& rule) { return rule.path == path && rule.access == Access::read_only; });
    if (is_visible(lowering_.out.rules, path))
      lowering_.report(diag::Code::hide_and_expose, diag::Severity::warning, {},
                       lowering_.shown(path) + " is exposed: " + shell_.id + " inside starts without the sandbox's prompt and history", "",
                       {"psbc's part is read from there, and a mounted file cannot be replaced"},
                       {"remove " + lowering_.shown(path.parent()) + " from `readonly`: your own settings are there without it"});
    write_home_file(lowering_, path, start.text, "reads your own settings, then psbc's part");
  }

  /// The user's own file of a name that psbc uses exists inside in any case: an empty one first, which a copy
  /// then replaces. Otherwise psbc's would be taken for the user's, and read itself.
  void write_nothing_own(const Directory& directory) {
    for (const OwnFile& own : shell_.own)
      if (own.inside != nullptr) write_home_file(lowering_, directory.inside / own.inside, {}, "nothing of your own");
  }

  void expose_directory(const Directory& directory) {
    if (is_visible(lowering_.out.rules, directory.outside)) return; // the user exposed it as it is
    const auto names = in_.fs.kind(directory.outside) == Kind::directory ? in_.fs.names(directory.outside)
                                                                         : base::Result<std::vector<std::string>>(base::Error{});
    if (!names) return;
    if (names->size() > entry_limit)
      return lowering_.report(diag::Code::limit_exceeded, diag::Severity::warning, {},
                              lowering_.shown(directory.outside) + " holds more than 256 entries, and stays outside", "", {},
                              {"keep only the shell's files there"});
    for (const std::string& name : *names) {
      if (is_shells_own(name)) continue;
      const auto resolved = resolve(in_.fs, directory.outside / name);
      if (!resolved) continue;
      if (resolved->kind == Kind::file) {
        std::string inside = name;
        for (const OwnFile& own : shell_.own)
          if (own.path != nullptr && (shell_.directory.fallback != nullptr || directory.from_start) && name == own.path) inside = inside_name(own);
        copy_own_file(lowering_, directory.outside / name, directory.inside / inside);
      } else if (resolved->kind == Kind::directory) {
        expose_own_tree(lowering_, directory.outside / name, shell_.directory.text, origin_);
        if (directory.inside != directory.outside)
          lowering_.out.aliases.push_back({.link = directory.inside / name, .target = resolved->path.string(), .origin = origin_});
      }
    }
  }

  /// `rc`: the directory of the start-up file that may name it.
  void expose_tree(const OwnTree& tree, const AbsPath& rc) {
    if (tree.path != nullptr) expose_own_tree(lowering_, in_.places.home / tree.path, tree.text, origin_);
    if (tree.variable == nullptr) return;
    const auto value = said(rc / ".zshrc", tree.variable);
    if (const auto path = value ? AbsPath::parse(*value) : std::nullopt) expose_own_tree(lowering_, *path, tree.text, origin_);
  }

  Lowering& lowering_;
  const LowerInput& in_;
  const Shell& shell_;
  Origin origin_;
};

} // namespace

void lower_shells(Lowering& lowering) {
  for (const Shell& shell : shell_table())
    if (is_used(lowering.in, shell)) ShellLowering(lowering, shell).run();
  for (const OwnFile& file : shared_shell_files())
    copy_own_file(lowering, lowering.in.places.home / file.path, lowering.in.places.home / file.path);
  for (const OwnTree& program : shared_shell_programs())
    expose_own_tree(lowering, lowering.in.places.home / program.path, program.text,
                    {.source = Origin::Source::tool, .where = "starship", .reason = "your own prompt", .span = {}});
}

} // namespace psbc::policy
