// SPDX-License-Identifier: MIT
// 3xx beside what the build says (policy/hidden.cc): secrets that nobody hid, and patterns that hide less than they seem to.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.h"
#include "config/words.h"
#include "lint/edits.h"
#include "lint/look.h"
#include "policy/places.h"

namespace psbc::lint {

using diag::Code;

namespace {

/// Names that hold a secret whatever is in them. Templates of them (`.env.example`) hold none.
constexpr std::array secret_names = {".env", ".env.*", "*.pem", "*.key", "*.p12", "*.pfx", "*.kdbx", "*.jks", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "credentials.json",
                                     "client_secret*.json", "service-account*.json", "service_account*.json", ".pypirc", ".netrc", ".npmrc", ".htpasswd", "secrets.toml", "secrets.yaml", "secrets.yml"};
constexpr std::array template_endings = {".example", ".sample", ".template", ".dist", ".defaults", ".pub"};
constexpr std::size_t most_secret_files = 20; // of one project: the others are alike
constexpr std::size_t most_entries = 50'000; // of a project that are looked at, and in one directory
constexpr std::size_t deepest = 8;          // directories below the project
/// What tools install or make: keys in there are examples of somebody else, and many.
constexpr std::array made_directories = {".git", "node_modules", ".venv", "venv", "__pycache__", "site-packages", ".tox", ".nox", ".mypy_cache"};

bool is_template(std::string_view name) {
  return std::any_of(template_endings.begin(), template_endings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Is it hidden by its name, a directory above it, or a pattern?
bool is_hidden(const Look& look, const std::string& path) {
  return std::any_of(look.document.config->hidden.begin(), look.document.config->hidden.end(), [&](const config::SpannedString& entry) {
    std::string pattern = entry.value;
    while (pattern.starts_with("./")) pattern.erase(0, 2);
    while (pattern.ends_with('/')) pattern.pop_back();
    for (std::size_t slash = path.size(); slash != std::string::npos && slash > 0; slash = path.rfind('/', slash - 1)) {
      const std::string above = path.substr(0, slash);
      if (above == pattern || base::matches_path(pattern, above, base::Trailing::itself)) return true;
    }
    return false;
  });
}

/// One walk over the project, whatever is looked for.
void find_secret_names(const Look& look, const base::AbsPath& directory, const std::string& prefix, std::size_t depth, std::size_t& left, std::vector<std::string>& found) {
  const auto glance = look.in.fs.glance(directory, left, false);
  if (!glance) return;
  left -= std::min(left, glance->entries.size());
  for (const base::Glance::Entry& entry : glance->entries) {
    if (entry.kind == base::Kind::directory) {
      const bool made = std::find(made_directories.begin(), made_directories.end(), entry.name) != made_directories.end();
      if (!made && depth < deepest && left > 0) find_secret_names(look, directory / entry.name, prefix + entry.name + "/", depth + 1, left, found);
    } else if (entry.kind == base::Kind::file && !is_template(entry.name) &&
               std::any_of(secret_names.begin(), secret_names.end(), [&](std::string_view name) { return base::matches_component(name, entry.name); })) {
      found.push_back(prefix + entry.name);
    }
  }
}

void secret_files(const Look& look) {
  if (!look.sees(diag::Scope::repo)) return;
  std::vector<std::string> found;
  std::size_t left = most_entries;
  find_secret_names(look, look.in.root, "", 0, left, found);
  std::sort(found.begin(), found.end());
  std::size_t told = 0;
  for (const std::string& path : found) {
    if (is_hidden(look, path)) continue;
    if (++told > most_secret_files) return;
    look.add(Code::unhidden_secret_file, look.document.config->name.span, shown(path) + " looks like a secret, and is visible inside", "", {"its name says so; what is in it was not looked at"},
             {"hide it: `hidden = [" + base::escape(config::toml_string(path)) + "]`"}, told == 1 ? std::vector<diag::Edit>{with_item(look.in.source, *look.document.tree, "hidden", path)} : std::vector<diag::Edit>());
  }
}

void patterns(const Look& look) {
  for (const config::SpannedString& entry : look.document.config->hidden) {
    std::string better;
    for (const std::string_view part : base::split(entry.value, '/')) {
      const std::size_t stars = part.find("**");
      if (!better.empty()) better += '/';
      if (stars != std::string_view::npos && part != "**") better += "**/" + std::string(part.substr(0, stars)) + std::string(part.substr(stars + 1));
      else better += part;
    }
    if (entry.value.find("**") != std::string::npos && better != entry.value && !entry.value.starts_with('/'))
      look.add(Code::glob_is_one_level, entry.span, "`**` beside other characters is `*`, and stays in one directory", "", {"only a whole component `**` goes to any depth"},
               {"write `" + base::escape(config::toml_string(better)) + "`"}, {replaced(entry.span, better)});
    const bool in_project = base::has_glob(entry.value) && !entry.value.starts_with('~') && !entry.value.starts_with('/');
    if (in_project)
      look.add(Code::hide_new_files_gap, entry.span, "what a session makes by a name like " + shown(entry.value) + " is visible to it until the next entry", "", {"a mount hides what is there"},
               {"hide a directory, and keep such files in it"});
  }
}

/// A pattern that matches nothing, and one letter away something does.
void misspelt(const Look& look) {
  if (!look.sees(diag::Scope::repo)) return;
  for (const config::SpannedString& entry : look.document.config->hidden) {
    if (entry.value.starts_with('~') || entry.value.starts_with('/')) continue;
    const std::string first(base::split(entry.value.starts_with("./") ? std::string_view(entry.value).substr(2) : std::string_view(entry.value), '/').front());
    if (first.empty() || base::has_glob(first) || look.in.fs.kind(look.in.root / first) != base::Kind::absent) continue;
    const auto names = look.in.fs.names(look.in.root);
    const std::string meant = names ? base::nearest(first, *names) : "";
    if (meant.empty() || meant == first) continue;
    const std::size_t at = entry.value.find(first);
    const std::string better = entry.value.substr(0, at) + meant + entry.value.substr(at + first.size());
    look.add(Code::hide_no_match, entry.span, "there is no " + shown(first) + " in the project, but " + shown(meant), "hides nothing", {}, {"did you mean `" + base::escape(config::toml_string(better)) + "`?"},
             {replaced(entry.span, better)});
  }
}

/// Hidden beats everything below it.
void above_exposed(const Look& look) {
  for (const config::SpannedString& entry : look.document.config->hidden) {
    const auto hidden = base::has_glob(entry.value) ? std::nullopt : policy::expand(entry.value, look.in.root, look.in.places.home);
    if (!hidden) continue;
    for (const auto* list : {&look.document.config->readonly, &look.document.config->writable})
      for (const config::SpannedString& exposed : *list) {
        const auto path = policy::expand(exposed.value, look.in.root, look.in.places.home);
        const bool said = std::any_of(look.out.all().begin(), look.out.all().end(), [&](const diag::Diagnostic& one) {
          return one.code == Code::hide_and_expose && !one.labels.empty() && one.labels.front().span.begin == entry.span.begin;
        });
        if (path && *path == *hidden && !said) // what is not there here may be elsewhere
          look.add(Code::hide_and_expose, entry.span, shown(entry.value) + " is both hidden and exposed", "hidden here", {"hidden wins everywhere"}, {"remove one of the two entries"});
        if (path && path->is_strictly_under(*hidden))
          look.add(Code::hide_above_exposed, entry.span, shown(entry.value) + " hides " + shown(exposed.value) + ", which is exposed", "hides both", {"hidden beats everything below it"}, {"hide what lies beside it, by name"});
      }
  }
}

} // namespace

void hiding_rules(const Look& look) {
  patterns(look);
  misspelt(look);
  secret_files(look);
  above_exposed(look);
}

} // namespace psbc::lint
