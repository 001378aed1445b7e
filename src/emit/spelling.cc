// SPDX-License-Identifier: MIT
#include "emit/spelling.h"

#include "base/glob.h"
#include "base/text.h"
#include "emit/lexer.h"

namespace psbc::emit {
namespace {

constexpr FirejailVersion v66{0, 9, 66};

/// Must the byte after `out` be written as something else than itself?
bool is_odd(char byte, char next, const std::string& out, FirejailVersion version) {
  if (byte == '#') return true; // a comment, in the middle of a path too
  if (byte == ' ') return next == '\0' || out.ends_with(' '); // runs shrink, trailing ones vanish
  if (byte == '.') return out.ends_with('.');                 // `..` is refused even inside a name
  return is_refused_in_path(byte, version);
}

Spelling cannot(std::string reason) { return {.text = {}, .impossible = std::move(reason), .is_glob = false}; }

} // namespace

Spelling spell(std::string_view path, PathUse use, FirejailVersion version) {
  // firejail looks at what a wildcard found, too, so for these no spelling helps.
  const bool sees_through = use == PathUse::whitelist || use == PathUse::private_cwd || (use == PathUse::read_only && version < v66);
  if (sees_through && path.find("..") != std::string_view::npos)
    return cannot("firejail refuses to expose a path with `..` in a name");
  if (use == PathUse::whitelist && version < v66 && path.find_first_of("\n\t\\") != std::string_view::npos)
    return cannot("this firejail refuses to expose a path with a tab, a line break or a backslash in it");

  Spelling out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char byte = path[i];
    const char next = i + 1 < path.size() ? path[i + 1] : '\0';
    if (byte == '*' || byte == '?' || byte == '[') {
      out.text += {'[', byte, ']'};
      out.is_glob = true;
    } else if (is_odd(byte, next, out.text, version)) {
      out.text += '?';
      out.is_glob = true;
    } else {
      out.text += byte;
    }
  }
  // A whitelist of `?` would expose the whole directory, and one of `??` the one above it.
  if (out.is_glob && version < v66 && use != PathUse::blacklist)
    for (const std::string_view component : base::split(out.text, '/'))
      if (base::has_glob(component) && (base::matches_component(component, ".") || base::matches_component(component, "..")))
        return cannot("this firejail would take so short a name, which it cannot be told exactly, for `.` or `..`");
  if (use == PathUse::private_cwd && (out.is_glob || path.find(']') != std::string_view::npos))
    return cannot("firejail cannot start in a directory with such a character in its path");
  constexpr std::size_t room_for_directive = 32;
  if (out.text.size() > longest_line - room_for_directive) return cannot("the path is too long for a line of a firejail profile");
  return out;
}

} // namespace psbc::emit
