// SPDX-License-Identifier: MIT
#include "emit/lexer.h"

#include <algorithm>
#include <array>

#include "emit/directives.h"

namespace psbc::emit {
namespace {

constexpr FirejailVersion v66{0, 9, 66}, v81{0, 9, 81};
constexpr std::size_t buffer = 8192;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// One fgets: up to a line break, or as much as fits into the buffer.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::size_t size = std::min(end == std::string_view::npos ? rest.size() : end + 1, buffer - 1);
  const std::string_view line = rest.substr(0, size);
  rest.remove_prefix(size);
  return line;
}

/// What firejail makes of one line: cut, trimmed, runs of blanks made one space.
std::string squeeze(std::string_view line, FirejailVersion version) {
  line = line.substr(0, line.find_first_of(std::string_view("\n\r\0", 3)));
  if (version >= v66) line = line.substr(0, line.find('#'));
  std::string out;
  out.reserve(line.size());
  for (;;) {
    const auto blank = std::find_if(line.begin(), line.end(), is_blank);
    out.append(line.begin(), blank);
    if (blank == line.end()) break;
    if (!out.empty() && out.back() != ' ') out += ' ';
    line.remove_prefix(static_cast<std::size_t>(blank - line.begin()) + 1);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  if (!out.empty() && out.front() == '#') out.clear(); // 0.9.64: a comment only at the start
  return out;
}

constexpr std::array<std::string_view, 10> macros = {"${CFG}", "${DESKTOP}", "${DOCUMENTS}", "${DOWNLOADS}", "${HOME}",
                                                     "${MUSIC}", "${PATH}", "${PICTURES}", "${RUNUSER}", "${VIDEOS}"};

} // namespace

std::optional<std::string> bad_whitelist(std::string_view path, FirejailVersion version) {
  if (path.front() == '~' || path.front() == '$') return std::nullopt;
  const auto under = [&](std::string_view top) {
    return path.starts_with(top) && path.size() > top.size() && path[top.size()] == '/';
  };
  const std::size_t components = static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
  if (components < 2 || path == "/proc" || under("/proc")) return "cannot whitelist a directory at the top";
  if (under("/sys") && !under("/sys/module")) return "cannot whitelist what is in /sys";
  if (under("/usr") && components < 3) return "cannot whitelist a directory at the top of /usr";
  if (version < v66) { // of these it starts all the same when nothing is there, and closes nothing
    constexpr std::string_view known[] = {"/dev", "/etc", "/home", "/media", "/mnt", "/opt", "/root", "/run/user", "/srv",
                                          "/sys/module", "/tmp", "/usr/share", "/var"};
    if (std::none_of(std::begin(known), std::end(known), under)) return "knows few top directories, and this is none of them";
  }
  return std::nullopt;
}

namespace {

struct PathVerdict {
  std::string aborts;
  std::string deaf;
};

PathVerdict judge_path(const Directive& directive, std::string_view path, FirejailVersion version) {
  if (path.starts_with("$HOME")) return {"wants ${HOME}, not $HOME", {}};
  std::string_view rest = path;
  const auto* macro = std::find_if(macros.begin(), macros.end(), [&](std::string_view name) { return path.starts_with(name); });
  if (macro != macros.end()) rest.remove_prefix(macro->size());
  const bool anchored = macro != macros.end() || path.front() == '/' || path.front() == '~';

  if (directive.name != "mkdir" && directive.name != "mkfile" && rest.find("..") != std::string_view::npos)
    return {"refuses `..` in a path", {}};
  for (const char c : rest) {
    if (is_refused_in_path(c, version)) return {"refuses a character of this path", {}};
    if (directive.argument == Argument::plain && (c == '*' || c == '?' || c == '[' || c == ']'))
      return {"has no wildcards here", {}};
  }
  if (directive.name == "whitelist" || directive.name == "whitelist-ro") {
    if (!anchored) return {"wants an absolute path", {}};
    if (auto bad = bad_whitelist(path, version)) return {*bad, {}};
  }
  if (!anchored) return {{}, "looks for a relative path in its own current directory"};
  return {};
}

/// Nothing when firejail takes the line.
std::string judge(const Directive* directive, const Line& line, FirejailVersion version, std::string& deaf) {
  if (directive == nullptr || !directive->exists_in(version)) return "does not know this directive";
  switch (directive->argument) {
    case Argument::none:
      return line.argument.empty() ? "" : "wants no argument here";
    case Argument::optional:
      return {};
    case Argument::word:
      return line.argument.empty() ? "wants an argument" : "";
    case Argument::variable: {
      const std::size_t equals = line.argument.find('=');
      if (equals == 0 || equals == std::string::npos) return "wants NAME=value";
      return version < v66 && equals + 1 == line.argument.size() ? "refuses an empty value" : "";
    }
    case Argument::plain:
      if (line.argument.empty()) return directive->name == "private-cwd" ? "" : "wants a path";
      break;
    case Argument::glob:
      if (line.argument.empty()) return "wants a path";
      break;
  }
  PathVerdict verdict = judge_path(*directive, line.argument, version);
  deaf = std::move(verdict.deaf);
  return std::move(verdict.aborts);
}

} // namespace

bool is_refused_in_path(char byte, FirejailVersion version) {
  const auto code = static_cast<unsigned char>(byte);
  if (code < 0x20 || code == 0x7f) return true; // iscntrl in the C locale: bytes from 0x80 on are plain
  constexpr std::string_view everywhere = "\\&!\"<>%^{};,";
  if (everywhere.find(byte) != std::string_view::npos) return true;
  if (byte == '\'') return version < v66 || version >= v81;
  constexpr std::string_view later = "#$`|";
  return version >= v81 && later.find(byte) != std::string_view::npos;
}

Lexed lex(std::string_view profile, FirejailVersion version) {
  Lexed out;
  std::uint32_t number = 0;
  while (!profile.empty()) {
    ++number;
    const std::string text = squeeze(take_line(profile), version);
    if (text.empty()) continue;
    const std::size_t space = text.find(' ');
    Line line{.number = number,
              .directive = text.substr(0, space),
              .argument = space == std::string::npos ? std::string() : text.substr(space + 1)};
    if (line.directive.front() == '?') {
      out.lines.push_back(std::move(line)); // a conditional: check_profile refuses all of them
      continue;
    }
    std::string deaf;
    std::string aborts = judge(find_directive(line.directive), line, version, deaf);
    if (!aborts.empty() && !out.aborts) out.aborts = Trouble{number, std::move(aborts)};
    if (!deaf.empty()) out.deaf.push_back({number, std::move(deaf)});
    out.lines.push_back(std::move(line));
  }
  return out;
}

} // namespace psbc::emit
