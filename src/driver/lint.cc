// SPDX-License-Identifier: MIT
#include "driver/lint.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "base/text.h"
#include "config/load.h"
#include "driver/ceiling.h"
#include "driver/compile.h"
#include "driver/git_index.h"
#include "driver/hidden_leaks.h"
#include "driver/build.h"
#include "driver/project.h"
#include "driver/registry.h"
#include "lint/ignore_file.h"
#include "lint/profile/profile.h"
#include "lint/scoped_fs.h"

namespace psbc::driver {

using base::AbsPath;
using base::Kind;

namespace {

constexpr std::size_t deepest = 24; // directories below one that was named
constexpr const char* ignore_name = ".gitignore";

/// Where a text alone lies: the same for everybody.
policy::Places nobodys_places() {
  const AbsPath home = AbsPath::literal("/home/user");
  return {.home = home, .state = home / ".local/state/psbc", .data = home / ".local/share/psbc", .config = home / ".config/psbc", .envs = home / "envs",
          .temporary = AbsPath::literal("/tmp/psbc-1000"), .runtime = AbsPath::literal("/run/user/1000")};
}

/// Relative to where psbc was called, as other linters show it; else the path.
std::string shown_from(const AbsPath& here, const AbsPath& path) { return path.is_strictly_under(here) ? std::string(path.relative_to(here)) : path.string(); }

class Finder {
 public:
  Finder(base::Fs& fs, const AbsPath& here, std::vector<LintedFile>& found) : fs_(fs), here_(here), found_(found) {}

  void search(const AbsPath& directory) { visit(directory, "", 0); }

 private:
  void visit(const AbsPath& directory, const std::string& prefix, std::size_t depth) {
    const bool has_rules = fs_.kind(directory / ignore_name) == Kind::file;
    if (has_rules)
      if (const auto text = fs_.read(directory / ignore_name, 1U << 20U)) rules_.emplace_back(prefix, *text);
    const std::size_t count = rules_.size();
    if (const auto names = fs_.names(directory)) {
      for (const std::string& name : *names) {
        const AbsPath path = directory / name;
        if (name == config_name) {
          if (!is_ignored(prefix + name, false)) found_.push_back({.name = shown_from(here_, path), .path = path});
        } else if (name != ".git" && depth < deepest && fs_.kind(path) == Kind::directory && !is_ignored(prefix + name, true)) {
          visit(path, prefix + name + "/", depth + 1);
          rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(count), rules_.end());
        }
      }
    }
  }

  bool is_ignored(const std::string& path, bool is_directory) const { return lint::judge(rules_, path, is_directory).verdict == lint::IgnoreFile::Verdict::ignored; }

  base::Fs& fs_;
  const AbsPath& here_;
  std::vector<LintedFile>& found_;
  std::vector<lint::IgnoreFile> rules_;
};

/// "DIR/.gitignore:3: pattern" when git ignores the file, or a directory that it is in.
std::string ignored_by(base::Fs& fs, const AbsPath& top, const AbsPath& file) {
  std::vector<lint::IgnoreFile> rules;
  std::string prefix;
  AbsPath at = top;
  const std::vector<std::string> parts = [&] {
    std::vector<std::string> out;
    const std::string relative(file.relative_to(top)); // the views point into it
    for (const std::string_view part : base::split(relative, '/')) out.emplace_back(part);
    return out;
  }();
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (const auto text = fs.read(at / ignore_name, 1U << 20U)) rules.emplace_back(prefix, *text);
    const lint::IgnoreFile* by = nullptr;
    const auto answer = lint::judge(rules, prefix + parts[n], n + 1 < parts.size(), &by);
    if (answer.verdict == lint::IgnoreFile::Verdict::ignored)
      return by->directory() + ignore_name + ":" + std::to_string(answer.line) + ": " + std::string(answer.pattern);
    prefix += parts[n] + "/";
    at = at / parts[n];
  }
  return "";
}

/// What git neither has nor wants.
bool is_left_out(base::Fs& fs, const AbsPath& file) {
  const auto repository = repository_of(fs, file);
  return repository && !is_tracked(fs, file) && !ignored_by(fs, repository->tree, file).empty();
}

base::Status profiles_in(base::Fs& fs, const AbsPath& here, const AbsPath& directory, std::vector<LintedFile>& found) {
  TRY_ASSIGN(const auto names, fs.names(directory));
  for (const std::string& name : names) {
    const bool wanted = name.ends_with(".profile") || name.ends_with(".inc") || name.ends_with(".local");
    if (wanted && fs.kind(directory / name) == Kind::file) found.push_back({.name = shown_from(here, directory / name), .path = directory / name, .kind = LintedKind::profile});
  }
  return base::ok();
}

/// What psbc and python-sandbox write for themselves, and nobody else shall read from a repository.
constexpr const char* generated_names[] = {"enter.profile", "standalone.profile", "python-env.profile"};

lint::RepositoryFacts ask_repository(base::Fs& fs, const std::optional<Repository>& repository, const AbsPath& root, const AbsPath& file) {
  lint::RepositoryFacts facts;
  if (!repository) return facts;
  facts.is_repository = true;
  facts.is_tracked = is_tracked(fs, file);
  if (!facts.is_tracked) facts.ignored_by = ignored_by(fs, repository->tree, file);
  for (const char* name : generated_names)
    if (fs.kind(root / name) == Kind::file && is_tracked(fs, root / name)) facts.generated.emplace_back(name);
  return facts;
}

lint::MachineFacts ask_machine(base::Fs& fs, const policy::Places& places, const AbsPath& root, const base::Env& env) {
  lint::MachineFacts facts;
  if (const auto known = known_projects(fs, places))
    for (const KnownProject& project : *known) {
      if (project.root == root || root.is_under(project.root) || project.root.is_under(root)) continue;
      facts.others.push_back({.path = project.root, .name = project.name});
      facts.others.push_back({.path = places.envs / project.name, .name = project.name});
    }
  const auto freshness = check({.places = places, .project = {.root = root, .config_file = root / config_name}, .env = env});
  const bool was_built = fs.kind(places.build(policy::project_id(root))) == Kind::directory;
  if (was_built && freshness && !freshness->inputs.empty()) facts.stale.push_back(freshness->inputs.front());
  return facts;
}

bool is_excepted(const config::Ceiling& ceiling, const diag::SourceFile& source, const policy::Places& places, const AbsPath& root, base::Fs& fs) {
  if (ceiling.grants.empty()) return false;
  diag::Diagnostics unused; // lint says them
  const auto tree = config::load_project_tree(source, unused);
  return tree && exception_for(ceiling, trust::capabilities({.file = *tree, .places = places, .root = root, .fs = fs}), places) != nullptr;
}

} // namespace

base::Result<std::vector<LintedFile>> files_to_lint(base::Fs& fs, const AbsPath& here, const WhatToLint& what) {
  std::vector<LintedFile> found;
  if (what.names.empty() && what.kind == LintedKind::config) {
    TRY_ASSIGN(const auto project, find_project(fs, here));
    if (project) found.push_back({.name = shown_from(here, project->config_file), .path = project->config_file});
    return found;
  }
  for (const std::string& name : what.names) {
    const auto path = name.starts_with('/') ? AbsPath::parse(name) : here.join(name);
    const auto real = path ? path : base::real_path(name.starts_with('/') ? name : here.string() + "/" + name);
    const Kind kind = real ? fs.kind(*real) : Kind::absent;
    if (kind == Kind::absent) return base::Error{.operation = "lint", .object = name, .code = ENOENT};
    const auto target = resolve(fs, *real);
    const bool is_directory = target && target->kind == Kind::directory;
    if (is_directory && what.kind == LintedKind::profile) TRY(profiles_in(fs, here, target->path, found));
    else if (is_directory) Finder(fs, here, found).search(target->path);
    else if (!what.force_exclude || !is_left_out(fs, *real)) found.push_back({.name = name, .path = *real, .kind = what.kind});
  }
  std::stable_sort(found.begin(), found.end(), [](const LintedFile& a, const LintedFile& b) { return a.path < b.path; });
  found.erase(std::unique(found.begin(), found.end(), [](const LintedFile& a, const LintedFile& b) { return a.path == b.path; }), found.end());
  return found;
}

std::vector<lint::Finding> lint_config(const diag::SourceFile& source, const AbsPath& file, const lint::Options& options, const LintMachine& machine) {
  base::RealFs real;
  const base::Env empty;
  const AbsPath root = file.parent();
  const auto repository = repository_of(real, file);
  const lint::RepositoryFacts facts = ask_repository(real, repository, root, file);
  const auto leaks = [&real](const policy::Policy& policy) { return hidden_leaks(real, policy); };
  if (machine.host) {
    const auto places = policy::find_places(real, machine.env);
    Sources sources;
    diag::Diagnostics unused; // psbc build shows what is wrong with the user's own file
    const auto user = places ? load_user_config(real, *places, sources, unused) : std::nullopt;
    const auto canonical = resolve(real, root);
    const auto ceiling = load_ceiling(real, sources, unused);
    if (places && user && canonical) {
      const lint::MachineFacts beside = ask_machine(real, *places, canonical->path, machine.env);
      return lint::lint({.source = source, .root = canonical->path, .config_file = canonical->path / file.name(), .places = *places, .fs = real, .env = machine.env,
                         .scope = diag::Scope::host, .user = &*user, .ceiling = ceiling ? &*ceiling : nullptr, .is_excepted = ceiling && is_excepted(*ceiling, source, *places, canonical->path, real), .repository = &facts, .machine = &beside, .find_leaks = leaks},
                        options);
    }
  }
  lint::ScopedFs fs(real, repository ? repository->tree : root, file);
  return lint::lint({.source = source, .root = root, .config_file = file, .places = nobodys_places(), .fs = fs, .env = empty,
                     .scope = diag::Scope::repo, .repository = &facts, .find_leaks = leaks},
                    options);
}

lint::FileReport lint_text(const LintedText& text, const lint::Options& options, const LintMachine& machine) {
  lint::FileReport report{.source = std::make_unique<diag::SourceFile>(text.name, text.text), .findings = {}};
  if (text.kind == LintedKind::profile) {
    report.findings = lint::lint_profile(*report.source, options);
    return report;
  }
  if (text.path) {
    report.findings = lint_config(*report.source, *text.path, options, machine);
    return report;
  }
  const base::Env empty;
  const AbsPath root = AbsPath::literal("/home/user/project"), file = root / config_name;
  lint::ScopedFs fs(root, file);
  report.findings = lint::lint({.source = *report.source, .root = root, .config_file = file, .places = nobodys_places(), .fs = fs, .env = empty}, options);
  return report;
}

LintRun lint_files(const std::vector<LintedFile>& files, const lint::Options& options, const LintMachine& machine) {
  std::vector<std::optional<lint::FileReport>> reports(files.size());
  std::vector<std::optional<base::Error>> errors(files.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    base::RealFs fs;
    for (std::size_t n = next++; n < files.size(); n = next++) {
      auto text = fs.read(files[n].path, config::max_file_size);
      if (text) reports[n] = lint_text({.name = files[n].name, .path = files[n].path, .text = std::move(*text), .kind = files[n].kind}, options, machine);
      else if (text.error().code == EFBIG && files[n].kind == LintedKind::config) reports[n] = lint_text({.name = files[n].name, .path = files[n].path, .text = std::string(config::max_file_size + 1, ' ')}, options, machine);
      else errors[n] = text.error();
    }
  };
  const std::size_t most = std::max<std::size_t>(1, std::min<std::size_t>(std::thread::hardware_concurrency(), files.size()));
  std::vector<std::thread> workers;
  for (std::size_t n = 1; n < most; ++n) workers.emplace_back(work);
  work();
  for (std::thread& worker : workers) worker.join();
  LintRun run;
  for (std::size_t n = 0; n < files.size(); ++n) {
    if (reports[n]) run.reports.push_back(std::move(*reports[n]));
    if (errors[n]) run.unreadable.push_back(std::move(*errors[n]));
  }
  return run;
}

} // namespace psbc::driver
