// SPDX-License-Identifier: MIT
// What lines of a profile do to each other. All whitelists come first, whatever their order; then noblacklist, blacklist, read-only and
// read-write in the order of the file, and a blacklist beats every whitelist.
#include <algorithm>
#include <string>
#include <vector>

#include "base/glob.h"
#include "base/text.h"
#include "lint/look.h"
#include "lint/profile/profile.h"

namespace psbc::lint {

using base::AbsPath;
using diag::Code;

namespace {

void exceptions(const ProfileLook& look) {
  const auto& lines = look.profile.lines;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    if (lines[n].name != "noblacklist" || !lines[n].path) continue;
    if (lines[n].argument.size() > 1 && lines[n].argument.ends_with('/')) {
      look.add(Code::profile_dead_line, lines[n].of_argument, "`noblacklist` compares text: with a slash at its end it is no exception from anything", {}, {"write " + shown(lines[n].path->string() == "/" ? "/" : lines[n].argument.substr(0, lines[n].argument.size() - 1))});
      continue;
    }
    const auto could_hide = [&](const ProfileLine& other) { return other.name == "include" || (other.is_blacklist() && other.path == lines[n].path); };
    const auto here = lines.begin() + static_cast<std::ptrdiff_t>(n);
    if (std::any_of(here, lines.end(), could_hide)) continue;
    if (std::any_of(lines.begin(), here, could_hide))
      look.add(Code::profile_dead_line, lines[n].span, "nothing below is what this is an exception from", {"an exception counts for what comes after it: what a line or an include above hides stays hidden"}, {"move it up"});
    else
      look.add(Code::profile_needless_line, lines[n].span, "an exception from a line that is not there", {}, {"remove it"});
  }
}

void hidden_anyway(const ProfileLook& look) {
  const auto& lines = look.profile.lines;
  for (const ProfileLine& line : lines) {
    if (!line.path) continue;
    if (line.is_whitelist())
      for (const ProfileLine& other : lines)
        if (other.is_blacklist() && other.path && !base::has_glob(other.argument) && line.path->is_under(*other.path)) {
          look.add(Code::profile_dead_line, line.span, shown(other.name + " " + other.argument) + " hides this, whichever comes first", {"a blacklist beats every whitelist"}, {"remove one of the two"});
          break;
        }
    // A whitelist below HOME leaves nothing else there, but the X cookie, which firejail adds itself.
    if (!line.is_blacklist() || *line.path == profile_home() / ".Xauthority" || !line.path->is_strictly_under(profile_home())) continue;
    const bool home_is_closed = std::any_of(lines.begin(), lines.end(), [](const ProfileLine& other) { return other.is_whitelist() && other.path && other.path->is_strictly_under(profile_home()); });
    const bool visible = std::any_of(lines.begin(), lines.end(), [&](const ProfileLine& other) { return other.is_whitelist() && other.path && (line.path->is_under(*other.path) || other.path->is_under(*line.path)); });
    if (home_is_closed && !visible)
      look.add(Code::profile_needless_line, line.span, "nothing shows " + shown(line.argument), {"with a whitelist below HOME only what is whitelisted is there: the line comforts, and protects nothing"}, {"remove it"});
  }
}

void access(const ProfileLook& look) {
  const auto& lines = look.profile.lines;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    if (!lines[n].path || (lines[n].name != "read-only" && lines[n].name != "read-write")) continue;
    for (std::size_t later = n + 1; later < lines.size(); ++later) {
      if (!lines[later].path || !lines[n].path->is_under(*lines[later].path)) continue;
      const bool pin = lines[n].name == "read-only" && lines[n].path == lines[later].path; // see below
      const bool undone = !pin && ((lines[n].name == "read-only" && lines[later].name == "read-write") || (lines[n].name == "read-write" && lines[later].name == "read-only"));
      if (!undone) continue;
      look.add(Code::profile_dead_line, lines[n].span, shown(lines[later].name + " " + lines[later].argument) + " below undoes this", {"both hold for everything below a directory, in the order of the file"}, {"write it behind that line"});
      break;
    }
  }
}

/// A directory between a writable mount and what is protected in it can be renamed; the protection goes with the old name, and what is
/// made in its place is not protected (THREATS: parent rename). `read-only D` and then `read-write D` make D a mount, which cannot be.
void pins(const ProfileLook& look) {
  const auto& lines = look.profile.lines;
  for (std::size_t n = 0; n < lines.size(); ++n) {
    const ProfileLine& line = lines[n];
    if (!line.path || (!line.is_blacklist() && line.name != "read-only") || base::has_glob(line.path->parent().string())) continue;
    const ProfileLine* mount = nullptr; // the closest writable one that it is in
    for (const ProfileLine& other : lines)
      if (other.name == "whitelist" && other.path && line.path->is_strictly_under(*other.path) && (mount == nullptr || other.path->is_under(*mount->path))) mount = &other;
    if (mount == nullptr) continue;
    const bool read_only = std::any_of(lines.begin(), lines.end(), [&](const ProfileLine& other) { return other.name == "read-only" && other.path == mount->path; }) &&
                           std::none_of(lines.begin(), lines.end(), [&](const ProfileLine& other) { return other.name == "read-write" && other.path == mount->path; });
    if (read_only) continue;
    for (AbsPath directory = line.path->parent(); directory.is_strictly_under(*mount->path); directory = directory.parent()) {
      const auto says = [&](const char* name) {
        return std::any_of(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(n), [&](const ProfileLine& other) { return other.name == name && other.path == directory; });
      };
      if (says("read-only") && says("read-write")) continue;
      const std::string below = std::string(directory.relative_to(*mount->path));
      const std::string name = base::escape(mount->argument + (mount->argument.ends_with('/') ? "" : "/") + below);
      look.add(Code::profile_unpinned, line.span, "a session can rename " + shown(below) + ", and make another in its place", {"the protection stays with the old directory: the next session, or the host, reads the new one"},
               {"write before it: read-only " + name, "and then: read-write " + name});
      break;
    }
  }
}

} // namespace

void profile_order_rules(const ProfileLook& look) {
  exceptions(look);
  hidden_anyway(look);
  access(look);
  pins(look);
}

} // namespace psbc::lint
