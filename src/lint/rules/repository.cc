// SPDX-License-Identifier: MIT
// 5xx and 6xx beside what the build refuses: names that are somebody's, guards that are open, and what lies around the file.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/guards.h"
#include "lint/look.h"

namespace psbc::lint {

using base::AbsPath;
using base::Kind;
using diag::Code;

namespace {

/// firejail's own profiles and includes, and words that psbc gives a meaning.
constexpr std::array reserved_names = {"default", "server", "globals", "firejail", "psbc", "template", "local", "noprofile", "none", "all"};
constexpr const char* config_name = ".python-sandbox.toml";
constexpr const char* old_name = ".python-sandbox";

void name(const Look& look) {
  const config::SpannedString& name = look.document.config->name;
  if (std::find(reserved_names.begin(), reserved_names.end(), name.value) == reserved_names.end()) return;
  look.add(Code::reserved_name, name.span, shown(name.value) + " is a name that firejail or psbc uses itself", "", {"a profile of that name would be taken for it"}, {"add what it is: `\"" + base::escape(name.value) + "-app\"`"});
}

void opened_guards(const Look& look) {
  for (const config::SpannedString& row : look.document.config->protect.allow)
    look.add(Code::protection_off, row.span, shown(row.value) + " can be written inside, and is obeyed outside", "", {"what a hijacked package writes there runs on the host, unasked (docs/guarded.md)"},
             {"leave it out; psbc git and psbc review do what needs it"});
}

/// Another file of psbc above or below: which one applies depends on where one stands.
void nested(const Look& look) {
  const auto below = look.in.fs.find(look.in.root, config_name, 4, 100);
  if (below)
    for (const std::string& path : *below)
      if (path != config_name)
        look.add(Code::nested_config, look.document.config->name.span, shown(path) + " is a project of its own, in this one", "", {"where both apply, the innermost is entered"}, {"keep one, or leave this one out of the other's directory"});
  for (AbsPath above = look.in.root; !above.is_root();) {
    above = above.parent();
    if (look.in.fs.kind(above / config_name) == Kind::file)
      look.add(Code::nested_config, look.document.config->name.span, "this project lies in another one, " + shown(above.string()), "", {"a session of that one can write this file"}, {"keep one of the two"});
  }
}

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

void beside(const Look& look) {
  const auto names = look.in.fs.names(look.in.root);
  if (!names) return;
  for (const std::string& other : *names) {
    if (other != config_name && folded(other) == config_name)
      look.add(Code::case_twin, look.document.config->name.span, shown(other) + " is called nearly as this file, and is another one", "", {"on a file system that ignores case there is one of them"}, {"remove one"});
    if (other == old_name) {
      const auto text = look.in.fs.read(look.in.root / old_name, 4096);
      const bool same = text && base::first_line(*text) == look.document.config->name.value;
      look.add(Code::legacy_dotfile, look.document.config->name.span, std::string("`.python-sandbox` of python-sandbox lies beside") + (same ? "" : ", and has another name in it"), "",
               {"what runs inside can write it, and shells with the old hook obey it"}, {"remove it, when nobody uses python-sandbox any more"});
    }
  }
}

void git(const Look& look, const RepositoryFacts& facts) {
  const diag::Span span = look.document.config->name.span;
  if (!facts.ignored_by.empty())
    look.add(Code::config_ignored, span, "git ignores this file: " + base::escape(facts.ignored_by), "", {"nobody else gets it, and no pull request shows a change of it"}, {"take it out there: !.python-sandbox.toml"});
  else if (facts.is_repository && !facts.is_tracked)
    look.add(Code::config_untracked, span, "this file is not in git", "", {"nobody else gets it, and no pull request shows a change of it"}, {"git add .python-sandbox.toml"});
  for (const std::string& path : facts.generated)
    look.add(Code::generated_file_committed, span, shown(path) + " is made by psbc, and is in git", "", {"who clones the repository gets a profile that somebody else chose"}, {"git rm --cached " + base::escape(path)});
}

/// Files that a person runs, or a tool does unasked, and that no guard keeps: what the session report names afterwards.
void run_by_host(const Look& look) {
  std::vector<std::string> kept;
  for (const config::SpannedString& extra : look.document.config->protect.extra) kept.push_back(extra.value.starts_with("./") ? extra.value.substr(2) : extra.value);
  for (std::size_t n = 0; n < base::guard_count(); ++n) {
    const base::Guard guard = base::guard(n);
    if (guard.guarding != base::Guard::Class::reported || guard.where == base::Guard::Where::git || guard.where == base::Guard::Where::environment) continue;
    for (const std::string_view path : guard.paths()) {
      const auto at = path.find('*') == std::string_view::npos && !path.ends_with('/') ? look.in.root.join(path) : std::nullopt;
      if (at && look.in.fs.kind(*at) == Kind::file && std::find(kept.begin(), kept.end(), path) == kept.end())
        look.add(Code::host_run_file_writable, look.document.config->name.span, shown(path) + " can be written inside, and " + std::string(guard.tool) + " runs it outside", "", {"psbc says it when a session changed it"},
                 {"if sessions need not write it: `[protect] extra = [\"" + std::string(path) + "\"]`"});
    }
  }
}

void machine(const Look& look) {
  const diag::Span span = look.document.config->name.span;
  const AbsPath profile = look.in.places.home / (".config/firejail/python-env-" + look.document.config->name.value + ".profile");
  if (const auto text = look.in.fs.read(profile, 1U << 20U); text && text->find("psbc") == std::string::npos)
    look.add(Code::legacy_profile, span, shown(profile.string()) + " was not made by psbc", "", {"python-sandbox, or a person, wrote it; psbc build refuses to replace it"}, {"psbc init --migrate takes over what it says"});
  if (look.in.machine != nullptr)
    for (const std::string& why : look.in.machine->stale) look.add(Code::stale_build, span, "the build is older than this: " + why, "", {}, {"psbc build"});
}

} // namespace

void repository_rules(const Look& look) {
  name(look);
  opened_guards(look);
  if (!look.sees(diag::Scope::repo)) return;
  nested(look);
  beside(look);
  run_by_host(look);
  if (look.in.repository != nullptr) git(look, *look.in.repository);
  if (look.sees(diag::Scope::host)) machine(look);
}

} // namespace psbc::lint
