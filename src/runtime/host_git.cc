// SPDX-License-Identifier: MIT
#include "runtime/host_git.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "base/digest.h"
#include "base/fs.h"
#include "base/private_dir.h"
#include "base/text.h"
#include "policy/git_override.h"

namespace psbc::runtime {
namespace {

using base::AbsPath;
using base::Error;
using Words = std::vector<std::string>;

constexpr int patience_ms = 30000;

// githooks(5), without those that belong to servers, and without reference-transaction and post-index-change, which
// run at nearly each step.
constexpr std::string_view hook_names[] = {"applypatch-msg", "commit-msg",    "post-applypatch", "post-checkout", "post-commit",      "post-merge", "post-rewrite",
                                           "pre-applypatch", "pre-commit",    "pre-merge-commit", "pre-push",      "pre-rebase",       "prepare-commit-msg"};

constexpr std::string_view choosing[] = {"-C", "-c", "--bare", "--config-env", "--git-dir", "--namespace", "--work-tree"};

/// git's own options before the command; of these, those that choose the repository or settings.
struct Line {
  Words choosing;
  std::string command; // empty: `git --version` and the like
  std::string last;    // the last word, for commands that take a repository there
};

Line read_line(const Words& words) {
  Line line;
  std::size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) {
    const std::string_view name = std::string_view(words[at]).substr(0, words[at].find('='));
    const bool is_chosen = std::find(std::begin(choosing), std::end(choosing), name) != std::end(choosing);
    const std::size_t end = std::min(words.size(), at + words_of_git_option(words[at]));
    for (; at < end; ++at)
      if (is_chosen) line.choosing.push_back(words[at]);
  }
  if (at < words.size()) line.command = words[at];
  if (at + 1 < words.size()) line.last = words.back();
  return line;
}

Error cannot(std::string operation, std::string object, std::string cause, std::string hint) {
  return {.operation = std::move(operation), .object = std::move(object), .code = 0, .cause = std::move(cause), .hint = std::move(hint)};
}

/// Where `.git` of `tree` leads; a file is as git writes it.
std::optional<AbsPath> repository_of(const std::string& tree) {
  base::RealFs fs;
  const auto path = AbsPath::parse(tree + "/.git");
  if (!path) return std::nullopt;
  if (fs.kind(*path) != base::Kind::file) return base::real_path(path->string());
  const auto text = fs.read(*path, 4096);
  constexpr std::string_view prefix = "gitdir: ";
  if (!text || !text->starts_with(prefix)) return std::nullopt;
  const std::string target = text->substr(prefix.size(), text->find_first_of("\r\n") - prefix.size());
  return base::real_path(target.starts_with('/') ? target : tree + "/" + target);
}

bool has_hook(const std::string& directory) {
  return std::any_of(std::begin(hook_names), std::end(hook_names),
                     [&](std::string_view name) { return access((directory + "/" + std::string(name)).c_str(), X_OK) == 0; });
}

/// Links to all of git's programs; where one is git itself, to psbc. Debian has git twice, as two files.
base::Status link_programs(const base::PrivateDir& to, const AbsPath& from, const std::string& git, const AbsPath& self) {
  base::RealFs fs;
  const auto file_of = [](const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? std::optional(std::pair(status.st_dev, status.st_ino)) : std::nullopt;
  };
  const auto real = file_of(git), second = file_of((from / "git").string());
  TRY_ASSIGN(const std::vector<std::string> names, fs.names(from));
  for (const std::string& name : names) {
    const std::string path = (from / name).string();
    const auto file = file_of(path);
    TRY(to.point(name, file && (file == real || file == second) ? self.string() : path));
  }
  return to.point("git", self.string());
}

/// Made once for each git and psbc.
base::Result<AbsPath> stand_ins(const AbsPath& state, const AbsPath& programs, const std::string& git, const AbsPath& self) {
  struct stat status{};
  if (stat(programs.c_str(), &status) != 0) return base::system_error("look at", programs.string());
  const std::string key = (base::digest(git + '\0' + programs.string() + '\0' + self.string() + '\0' + std::to_string(status.st_ctim.tv_sec) + '.' +
                                                 std::to_string(status.st_ctim.tv_nsec)))
                              .substr(0, 16);
  TRY_ASSIGN(const base::PrivateDir top, base::PrivateDir::make(state));
  TRY_ASSIGN(const base::PrivateDir all, top.make("git"));
  if (all.has(key)) return all.path() / key;
  const std::string temporary = ".new-" + std::to_string(getpid());
  {
    TRY_ASSIGN(const base::PrivateDir fresh, all.make(temporary));
    TRY_ASSIGN(const base::PrivateDir links, fresh.make("programs"));
    TRY(link_programs(links, programs, git, self));
    TRY_ASSIGN(const base::PrivateDir hooks, fresh.make("hooks"));
    for (const std::string_view name : hook_names) TRY(hooks.point(std::string(name), self.string()));
  }
  if (const auto named = all.rename(temporary, key); !named) {
    static_cast<void>(all.remove(temporary));
    if (!all.has(key)) return named.error(); // else another psbc was faster
  }
  return all.path() / key;
}

} // namespace

std::size_t words_of_git_option(std::string_view option) {
  constexpr std::string_view with_value[] = {"-C", "-c", "--config-env", "--git-dir", "--namespace", "--super-prefix", "--work-tree"};
  return std::find(std::begin(with_value), std::end(with_value), option) != std::end(with_value) ? 2 : 1;
}

bool is_hook_name(std::string_view name) { return std::find(std::begin(hook_names), std::end(hook_names), name) != std::end(hook_names); }

base::Result<HostGit> HostGit::open(const AbsPath& state, const AbsPath& self, const HostPrograms& host, const base::Env& env) {
  TRY_ASSIGN(std::string git, host.find("git"));
  Environment environment;
  for (const std::string& variable : host.environment()) {
    const std::size_t sign = variable.find('=');
    environment[variable.substr(0, sign)] = variable.substr(sign + 1);
  }
  for (const auto& [name, value] : env.all()) // GIT_DIR, GIT_WORK_TREE and others of the user's lead into a project as they should
    if (name.starts_with("GIT_") || name == "PWD") environment[name] = value;
  environment.erase("GIT_EXEC_PATH");
  TRY_ASSIGN(const base::Captured said, base::capture({git, "--exec-path"}, environment, patience_ms));
  const auto programs = AbsPath::parse(base::first_line(said.out));
  if (said.status != 0 || !programs) return cannot("run", git, "it does not say where its programs are", "see what it says: git --exec-path");
  TRY_ASSIGN(const AbsPath links, stand_ins(state, *programs, git, self));
  environment[host_git_variable] = git;
  return HostGit(std::move(git), (links / "programs").string(), std::move(environment));
}

base::Result<HostGit> HostGit::inherited(const base::Env& env) {
  Environment environment;
  for (const auto& [name, value] : env.all()) environment[name] = value;
  const auto git = env.get(host_git_variable), programs = env.get("GIT_EXEC_PATH");
  if (!git || !git->starts_with('/') || !programs) return cannot("run", "git", "psbc was called under this name by something that is not git", "type: psbc git");
  return HostGit(*git, *programs, std::move(environment));
}

base::Result<base::Captured> HostGit::plain(Words words, const Environment& environment) const {
  words.insert(words.begin(), git_);
  return base::capture(words, environment, patience_ms);
}

/// The environment in which git executes nothing that the repository says. `git config` and `rev-parse` themselves start
/// no program, read no index and run no alias.
base::Result<HostGit::Environment> HostGit::defanged(const Words& words) const {
  Line line = read_line(words);
  if (line.command == "upload-pack" || line.command == "receive-pack" || line.command == "upload-archive") {
    const bool is_there = access(line.last.c_str(), F_OK) == 0; // as git does: DIR, or DIR.git
    line.choosing.insert(line.choosing.end(), {"-C", is_there ? line.last : line.last + ".git"});
  }
  Environment environment = environment_;
  environment["GIT_EXEC_PATH"] = programs_;

  // One setting more than was asked for: git before 2.31 knows nothing of these variables, and would obey the repository.
  std::size_t count = 0;
  if (const auto found = environment_.find("GIT_CONFIG_COUNT"); found != environment_.end()) count = static_cast<std::size_t>(atol(found->second.c_str()));
  const auto tell = [&environment](std::size_t& at, const std::string& key, const std::string& value) {
    environment["GIT_CONFIG_KEY_" + std::to_string(at)] = key;
    environment["GIT_CONFIG_VALUE_" + std::to_string(at)] = value;
    environment["GIT_CONFIG_COUNT"] = std::to_string(++at);
  };
  const std::string marker = "psbc.asked";
  std::size_t asked = count;
  tell(asked, marker, "1");

  Words listing = line.choosing;
  listing.insert(listing.end(), {"--no-pager", "config", "--list", "-z", "--show-scope"});
  TRY_ASSIGN(const base::Captured listed, plain(listing, environment));
  if (listed.status != 0) return cannot("run", git_, "it cannot read its settings here", "see what it says: git config --list");
  std::vector<policy::GitSetting> repository, user;
  bool is_heard = false;
  const std::vector<std::string_view> fields = base::split(listed.out, '\0');
  for (std::size_t at = 0; at + 1 < fields.size(); at += 2) {
    const std::string_view scope = fields[at], text = fields[at + 1];
    const std::size_t end = text.find('\n'); // none: a key alone, which means true
    policy::GitSetting setting{std::string(text.substr(0, end)), end == std::string_view::npos ? "true" : std::string(text.substr(end + 1))};
    if (scope == "command") is_heard = is_heard || setting.key == marker;
    else (scope == "system" || scope == "global" ? user : repository).push_back(std::move(setting));
  }
  if (!is_heard) return cannot("run", git_, "it is older than 2.31, and would run what the repository says", "install a newer git");

  if (const policy::GitSetting* const setting = policy::unanswered(repository))
    return cannot("run git with the setting", setting->key, "this repository names a program by it, and nothing that comes later switches it off",
                  "look at it, and remove it: git config --unset-all " + base::escape(setting->key));

  Words where = line.choosing;
  where.insert(where.end(), {"rev-parse", "--path-format=absolute", "--git-dir", "--git-path", "hooks", "--show-toplevel"});
  TRY_ASSIGN(const base::Captured places, plain(where, environment));
  const std::vector<std::string_view> paths = base::split(places.out, '\n');
  const std::string directory(paths.empty() ? "" : paths[0]), hooks(paths.size() > 1 ? paths[1] : ""), tree(paths.size() > 2 ? paths[2] : "");
  const bool is_elsewhere = std::any_of(repository.begin(), repository.end(), [](const policy::GitSetting& each) { return each.key == "core.worktree"; });
  if (is_elsewhere && !tree.empty() && repository_of(tree) != base::real_path(directory))
    return cannot("run git on the files of", tree, "core.worktree of this repository names it, and it is not this repository's", "look at it: git config core.worktree");

  const bool has_hooks = !hooks.empty() && has_hook(hooks);

  std::string editor;
  if (std::any_of(repository.begin(), repository.end(), [](const policy::GitSetting& each) { return each.key == "core.editor" || each.key == "sequence.editor"; })) {
    Environment outside = environment;
    outside["GIT_DIR"] = "/dev/null";
    TRY_ASSIGN(const base::Captured said, plain({"-C", "/", "var", "GIT_EDITOR"}, outside));
    editor = base::first_line(said.out);
  }

  environment.erase("GIT_CONFIG_KEY_" + std::to_string(count));
  environment.erase("GIT_CONFIG_VALUE_" + std::to_string(count));
  environment.erase("GIT_CONFIG_COUNT");
  const std::string stand_in = programs_.substr(0, programs_.rfind('/')) + "/hooks";
  for (const policy::GitSetting& setting : policy::overriding(repository, user, has_hooks ? stand_in : "/dev/null", editor)) tell(count, setting.key, setting.value);
  environment[host_hooks_variable] = has_hooks ? hooks : "";
  return environment;
}

base::Error HostGit::become(const Words& words) {
  const auto environment = defanged(words);
  if (!environment) return environment.error();
  Words variables;
  for (const auto& [name, value] : *environment) variables.push_back(name + "=" + value);
  std::vector<char*> argv, envp;
  std::string name = "git";
  argv.push_back(name.data());
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  for (std::string& variable : variables) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  ::signal(SIGPIPE, SIG_DFL); // psbc ignores it, and git would inherit that
  execve(git_.c_str(), argv.data(), envp.data());
  return base::system_error("run", git_);
}

base::Result<base::Captured> HostGit::ask(const Words& words) {
  TRY_ASSIGN(const Environment environment, defanged(words));
  return plain(words, environment);
}

} // namespace psbc::runtime
