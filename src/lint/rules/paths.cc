// SPDX-License-Identifier: MIT
// 1xx: paths that mean something else, or nothing, on the machine of a colleague.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/edits.h"
#include "lint/look.h"
#include "lint/path_lists.h"

namespace psbc::lint {

using diag::Code;

namespace {

constexpr std::array homes = {std::string_view("/home/"), std::string_view("/Users/")};
/// Where distributions put things, on each machine alike.
constexpr std::array system_places = {std::string_view("/usr/"), std::string_view("/etc/"), std::string_view("/var/lib/"), std::string_view("/opt/"), std::string_view("/srv/"), std::string_view("/run/")};

/// Directories of /home that belong to nobody in particular.
constexpr std::array shared_homes = {std::string_view("common"), std::string_view("data"), std::string_view("public"), std::string_view("scratch"), std::string_view("shared"), std::string_view("work")};

void whole_home(const Look& look, const PathEntry& entry) {
  for (const std::string_view home : homes) {
    const std::string_view value = entry.path->value;
    if (!value.starts_with(home) || entry.list == "hidden") continue;
    std::string_view name = value.substr(home.size());
    while (name.ends_with('/')) name.remove_suffix(1);
    if (name.empty() || name.find('/') != std::string_view::npos || std::find(shared_homes.begin(), shared_homes.end(), name) != shared_homes.end()) continue;
    if (const auto path = base::AbsPath::parse(value); path && look.in.places.home.is_under(*path)) continue; // the build says so
    look.add(Code::exposes_home, entry.path->span, shown(value) + " is the whole home directory of one person", "", {"every credential of " + shown(name) + " lies below it"}, {"name the directories that are needed, with `~` for the home"});
  }
}

/// The build says so where the path exists; here it need not.
void two_dots(const Look& look, const PathEntry& entry) {
  if (entry.list != "readonly" && entry.list != "writable") return;
  for (const std::string_view part : base::split(entry.path->value, '/'))
    if (part != ".." && part.find("..") != std::string_view::npos) {
      const bool said = std::any_of(look.out.all().begin(), look.out.all().end(), [&](const diag::Diagnostic& one) { return one.code == Code::inexpressible_path && !one.labels.empty() && one.labels.front().span.begin == entry.path->span.begin; });
      if (!said) look.add(Code::inexpressible_path, entry.path->span, shown(entry.path->value) + " cannot be written in a firejail profile", "", {"firejail refuses to expose a path with `..` in a name"}, {"rename it"});
      return;
    }
}

void username(const Look& look, const config::SpannedString& path) {
  for (const std::string_view home : homes) {
    if (!path.value.starts_with(home)) continue;
    const std::size_t slash = path.value.find('/', home.size());
    if (slash == std::string::npos || slash == home.size() || path.value.find_first_not_of('/', slash) == std::string::npos) return; // see whole_home
    const std::string better = "~" + path.value.substr(slash);
    look.add(Code::username_in_path, path.span, shown(path.value) + " is the home directory of one person", "not there for others", {}, {"write `\"" + base::escape(better) + "\"`"},
             {replaced(path.span, better)});
  }
}

void absolute(const Look& look, const config::SpannedString& path) {
  if (!path.value.starts_with('/') || std::any_of(homes.begin(), homes.end(), [&](std::string_view home) { return path.value.starts_with(home); })) return;
  if (std::any_of(system_places.begin(), system_places.end(), [&](std::string_view place) { return path.value.starts_with(place); })) return;
  look.add(Code::absolute_path, path.span, shown(path.value) + " may not be there on other machines", "", {"a missing path exposes nothing, and is no error"}, {"a path below `~` can be a link to it"});
}

/// `x//y`, `x/./y`, `x/`: what they mean is one path, and two spellings of it hide that.
std::string canonical(std::string_view text) {
  std::string out;
  const std::vector<std::string_view> parts = base::split(text, '/');
  for (std::size_t n = 0; n < parts.size(); ++n) {
    const bool leading_dot = n == 0 && parts[n] == "." && parts.size() > 1;
    if ((parts[n].empty() && n > 0) || (parts[n] == "." && n > 0)) continue;
    if (n > 0 && !(out.empty() && !leading_dot && !parts[0].empty())) out += '/';
    out += parts[n];
  }
  return out.empty() ? "/" : out;
}

void spelling(const Look& look, const config::SpannedString& path) {
  const std::string better = canonical(path.value);
  if (better != path.value && better != "/")
    look.add(Code::non_canonical_path, path.span, shown(path.value) + " is " + shown(better) + ", in other letters", "", {}, {"write `\"" + base::escape(better) + "\"`"}, {replaced(path.span, better)});
}

enum class Script : std::uint8_t { other, latin, greek, cyrillic, combining };

Script script_of(char32_t c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xc0 && c < 0x250)) return Script::latin;
  if (c >= 0x300 && c < 0x370) return Script::combining;
  if (c >= 0x370 && c < 0x400) return Script::greek;
  if (c >= 0x400 && c < 0x530) return Script::cyrillic;
  return Script::other;
}

void confusable(const Look& look, const config::SpannedString& path) {
  for (const std::string_view part : base::split(path.value, '/')) {
    bool latin = false, alike = false, decomposed = false;
    for (std::size_t at = 0; at < part.size();) {
      const base::CodePoint point = base::decode_utf8(part, at);
      const Script script = script_of(point.value);
      latin = latin || script == Script::latin;
      alike = alike || script == Script::greek || script == Script::cyrillic;
      decomposed = decomposed || script == Script::combining;
      at += point.size;
    }
    if (latin && alike)
      look.add(Code::confusable_path, path.span, shown(part) + " mixes letters that look alike", "", {"a reviewer reads another name than the kernel does"}, {"rename it, or look at it letter by letter"});
    else if (decomposed)
      look.add(Code::confusable_path, path.span, shown(part) + " has letters in two parts, a letter and its accent", "", {"the same name in one part is another file"}, {"write it as the file system has it: ls | cat -A"});
  }
}

} // namespace

void path_rules(const Look& look) {
  for (const PathEntry& entry : paths_of(*look.document.config)) {
    whole_home(look, entry);
    two_dots(look, entry);
    username(look, *entry.path);
    absolute(look, *entry.path);
    if (entry.list != "hidden") spelling(look, *entry.path); // a pattern may end with a slash
    confusable(look, *entry.path);
  }
}

} // namespace psbc::lint
