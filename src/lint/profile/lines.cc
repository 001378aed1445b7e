// SPDX-License-Identifier: MIT
// What one line of a profile says, and what firejail makes of it. The facts are of profile.c, fs.c and fs_whitelist.c of 0.9.64.4 to 0.9.80.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "lint/edits.h"
#include "lint/look.h"
#include "lint/profile/profile.h"
#include "policy/sensitive.h"

namespace psbc::lint {

using base::AbsPath;
using diag::Code;

namespace {

constexpr std::size_t longest_line = 8190; // bytes: the buffer of fgets in profile.c
constexpr int oldest = 64, newest = 80;     // releases that psbc looks at

std::string release(int minor) { return "0.9." + std::to_string(minor); }

void directive(const ProfileLook& look, const ProfileLine& line) {
  const Directive* const known = find_directive(line.name);
  if (known == nullptr) {
    std::vector<std::string> names;
    for (const Directive& row : directives()) names.emplace_back(row.name);
    const std::string meant = base::nearest(line.name, names);
    look.add(Code::profile_refused, line.span, "firejail has no directive " + shown(line.name), {"it refuses the whole profile: nothing starts"},
             {meant.empty() ? "see man firejail-profile" : "did you mean `" + meant + "`?"});
    return;
  }
  if (known->argument == Argument::none && !line.argument.empty())
    look.add(Code::profile_refused, line.of_argument, shown(line.name) + " takes no argument", {"firejail refuses the whole profile: nothing starts"}, {"write `" + line.name + "` alone"});
  if (known->argument != Argument::none && known->argument != Argument::maybe && line.argument.empty())
    look.add(Code::profile_refused, line.span, shown(line.name) + " needs an argument", {"firejail refuses the whole profile: nothing starts"}, {"see man firejail-profile"});
  if (known->since > oldest) look.add(Code::profile_not_everywhere, line.span, shown(line.name) + " came with firejail " + release(known->since), {"one that is older refuses the whole profile; Debian 11 has 0.9.64, Ubuntu 22.04 0.9.66, Debian 12 0.9.72"}, {"psbc build writes what the firejail of the machine understands"});
  if (known->until != 0 && known->until < newest)
    look.add(Code::profile_not_everywhere, line.span, shown(line.name) + " is gone since firejail " + release(known->until + 2), {"a newer one refuses the whole profile"}, {"remove the line"});
  if (line.name == "x11" && line.argument == "none")
    look.add(Code::profile_not_everywhere, line.span, "`x11 none` refuses to start where an X server has an abstract socket", {"that is most desktops, while the network is shared"}, {"write `blacklist /tmp/.X11-unix`"});
  if (line.name == "dbus-user" && line.argument == "filter")
    look.add(Code::profile_not_everywhere, line.span, "`dbus-user filter` refuses to start where there is no session bus", {"over ssh, in CI and in containers there is none"}, {"write `dbus-user none`"});
  if (line.name == "private-etc" && line.argument.find('@') != std::string::npos)
    look.add(Code::profile_not_everywhere, line.of_argument, "groups of `private-etc` came with firejail 0.9.74", {"an older one takes the name of the group for a file that is not there, and says nothing"}, {"name the files"});
}

void spelling(const ProfileLook& look, const ProfileLine& line) {
  const Directive* const known = find_directive(line.name);
  if (known == nullptr || (known->argument != Argument::path && known->argument != Argument::include) || line.argument.empty()) return;
  const std::string& path = line.argument;
  const std::size_t brace = path.find('}');
  const bool macro = path.starts_with("${") && brace != std::string::npos;
  const std::string_view rest = macro ? std::string_view(path).substr(brace + 1) : std::string_view(path);
  const std::vector<std::string> refused = {"the whole profile is refused: nothing starts"};
  if (path.starts_with("$HOME")) look.add(Code::profile_refused, line.of_argument, "firejail knows `${HOME}`, and not `$HOME`", refused, {"write `${HOME}" + base::escape(path.substr(5)) + "`"});
  else if (rest.find("${") != std::string_view::npos) look.add(Code::profile_refused, line.of_argument, "a macro stands at the beginning of a path alone", refused, {"write the whole path"});
  else if (const std::size_t odd = rest.find_first_of("\\&!\"<>%^{};,"); odd != std::string_view::npos)
    look.add(Code::profile_refused, line.of_argument, "firejail takes no path with " + shown(rest.substr(odd, 1)), refused, {"write `?` in its place: one character, whichever"});
  else if (rest.find("..") != std::string_view::npos) look.add(Code::profile_refused, line.of_argument, "firejail takes no path with `..`, within a name either", refused, {"write the path without it"});
  else if (known->argument == Argument::path && !macro && !path.starts_with('~') && !path.starts_with('/')) {
    const bool is_refused = line.name.starts_with("whitelist") || line.name.starts_with("mk");
    look.add(is_refused ? Code::profile_refused : Code::profile_dead_line, line.of_argument, is_refused ? shown(path) + " is relative" : shown(path) + " is another file in each directory that firejail is called in",
             is_refused ? refused : std::vector<std::string>{"elsewhere the line does nothing, without a word"}, {"begin it with `/` or `${HOME}`"});
  }
  if (line.path && line.is_whitelist() && line.path->parent().is_root() && line.path->string() != "/tmp")
    look.add(Code::profile_refused, line.of_argument, "firejail whitelists below a directory of the root, and not " + shown(line.path->string()) + " itself", refused, {"name what is needed in it"});

  if (rest.find("**") != std::string_view::npos)
    look.add(Code::profile_dead_line, line.of_argument, "`**` is `*`: it stays in one directory", {"`p/**/.env` is `p/sub/.env`, and neither `p/.env` nor `p/sub/deep/.env`; a `*` before a slash misses directories that begin with a dot"},
             {"name each file; psbc expands `hidden` patterns itself"});
  if (rest.find("  ") != std::string_view::npos || rest.find('\t') != std::string_view::npos)
    look.add(Code::profile_dead_line, line.of_argument, "blanks in a row are one for firejail: this is another path", {"a file with two of them stays as it is, without a word"}, {"write `?` for each of them"});
}

void comment(const ProfileLook& look, const ProfileLine& line) {
  if (!line.comment) return;
  const std::string& text = line.span.file->text();
  const char before = text[line.comment->begin - 1];
  if (before != ' ' && before != '\t')
    look.add(Code::profile_dead_line, *line.comment, "`#` begins a comment: firejail reads " + shown(line.name + " " + line.argument), {"there are no quotes and no escapes; what was meant is neither hidden nor protected, and `whitelist ~/#x` is the whole home"},
             {"write `?` in its place"});
  else
    look.add(Code::profile_trailing_comment, *line.comment, "a comment belongs on a line of its own", {"before firejail 0.9.66 it is part of the argument: `net none   # offline` leaves the network there, without a word"}, {"move it above"},
             {without_comment(*line.comment)});
}

/// Each of firejail's own files has an `include NAME.local` in it.
bool is_stock(std::string_view path) { return path.starts_with("/etc/firejail/") && (path.ends_with(".inc") || path.ends_with(".profile")); }

void includes(const ProfileLook& look, const ProfileLine& line) {
  if (line.name != "include" || line.argument.empty()) return;
  const std::vector<std::string> advice = {"write the rules themselves, or call firejail with another current directory: (cd / && firejail …) with `private-cwd`"};
  const std::string_view file = std::string_view(line.argument).substr(line.argument.rfind('/') + 1);
  if (line.argument.find('/') == std::string::npos) {
    look.add(Code::profile_bare_include, line.of_argument, "firejail looks for " + shown(line.argument) + " in the current directory when it finds it nowhere else",
             {"a project that brings a file of this name gives itself what it likes: `whitelist ${HOME}/.ssh`; all releases do so"}, advice);
  } else if (is_stock(line.argument)) {
    look.add(Code::profile_bare_include, line.of_argument, shown(file) + " of firejail includes `.local` files by their bare name", {"they are looked for in the current directory when they are nowhere else: a project that brings `" + std::string(file.substr(0, file.rfind('.'))) + ".local` gives itself what it likes"},
             advice);
  }
}

/// firejail puts /etc/skel's file there before it looks at whitelists, and the mount then fails without a word (FIREJAIL: EEXIST).
void shell_file(const ProfileLook& look, const ProfileLine& line) {
  if (line.name != "whitelist" || !line.path || look.profile.has("keep-shell-rc")) return;
  for (const char* file : {".bashrc", ".zshrc", ".cshrc"})
    if (*line.path == profile_home() / file)
      look.add(Code::profile_dead_line, line.span, "the shell inside reads the file of /etc/skel, and not this one", {"firejail puts that one there first, where it is the file of the login shell"},
               {"firejail 0.9.74 has `keep-shell-rc`; before it: bash --rcfile FILE, or ZDOTDIR for zsh"});
}

/// What a sandbox must not see, and what must not be written in it.
void exposure(const ProfileLook& look, const ProfileLine& line) {
  if (!line.path || (!line.is_whitelist() && line.name != "read-write")) return;
  const AbsPath& path = *line.path;
  const AbsPath& home = profile_home();
  if (home.is_under(path)) {
    if (!path.parent().is_root() || path == home) look.add(Code::profile_exposes, line.of_argument, "this is the whole home directory", {"keys, tokens and browser profiles with it; firejail says nothing"}, {"name what is needed in it"});
    return;
  }
  if (const auto found = policy::find_sensitive(path, home)) {
    look.add(Code::profile_exposes, line.of_argument, (path.is_under(home / found->path) ? "" : shown(line.argument) + " holds ") + shown("~/" + std::string(found->path)) + ": " + std::string(found->what),
             {"a package that runs inside sends it away with its first line"}, {"name what is needed beside it; tokens and keys come by psbc's `tokens` and `[ssh]`"});
    return;
  }
  const bool read_only = line.name == "whitelist-ro" || std::any_of(look.profile.lines.begin(), look.profile.lines.end(), [&](const ProfileLine& other) { return other.name == "read-only" && other.path && path.is_under(*other.path); });
  if (const char* const startup = read_only ? nullptr : policy::find_startup_file(path, home))
    look.add(Code::profile_writable_startup, line.of_argument, shown(line.argument) + " can be written inside, and the host executes or obeys " + shown(std::string("~/") + startup), {"what a session writes there runs outside with the next shell, editor or tool"},
             {"add `read-only " + base::escape(line.argument) + "`"});
}

void variable(const ProfileLook& look, const ProfileLine& line) {
  if (line.name == "rmenv" && line.argument.find_first_of("*?[") != std::string::npos)
    look.add(Code::profile_dead_line, line.of_argument, "`rmenv` takes whole names: this removes nothing", {"each token in the environment stays"}, {"start firejail from an empty environment: `env -i`, as psbc enter does"});
  if (line.name != "env") return;
  const std::size_t equals = line.argument.find('=');
  if (equals == std::string::npos) {
    look.add(Code::profile_refused, line.of_argument, "`env` needs NAME=VALUE", {"firejail refuses the whole profile: nothing starts"}, {"write NAME=VALUE"});
    return;
  }
  const std::string_view value = std::string_view(line.argument).substr(equals + 1);
  if (value.starts_with("~/") || value.find("${") != std::string_view::npos || value.find("$HOME") != std::string_view::npos)
    look.add(Code::profile_variable, line.of_argument, "firejail expands nothing in the value of a variable", {"a program that does not do it itself makes a directory called " + shown(value.substr(0, value.find('/')))}, {"write the whole path"});
  if (value.find("  ") != std::string_view::npos || value.find('\t') != std::string_view::npos)
    look.add(Code::profile_variable, line.of_argument, "blanks in a row are one in the value of a variable", {"there are no quotes"}, {"set it in a shell inside"});
  if (value.size() > 1 && (value.front() == '"' || value.front() == '\''))
    look.add(Code::profile_variable, line.of_argument, "the quotes become part of the value", {"firejail knows no quotes"}, {"write it without them"});
}

} // namespace

void profile_line_rules(const ProfileLook& look) {
  for (const ProfileLine& line : look.profile.lines)
    for (const auto rule : {directive, spelling, comment, includes, shell_file, exposure, variable}) rule(look, line);

  const diag::SourceFile& source = look.profile.document.source;
  for (std::uint32_t number = 1; number <= source.line_count(); ++number) {
    const std::string_view text = source.line(number);
    const std::uint32_t start = source.line_start(number);
    const auto span = [&](std::size_t begin, std::size_t end) { return diag::Span{.file = &source, .begin = static_cast<std::uint32_t>(start + begin), .end = static_cast<std::uint32_t>(start + end)}; };
    if (text.size() > longest_line)
      look.add(Code::profile_split_line, span(longest_line, longest_line + 1), "firejail reads " + std::to_string(longest_line) + " bytes of a line, and takes the rest for a new one", {"also of a comment: what stands behind is executed as a directive"}, {"break the line"});
    constexpr std::string_view option = "--profile=";
    for (std::size_t at = text.find(option); at != std::string_view::npos; at = text.find(option, at + 1)) {
      const std::size_t begin = at + option.size(), end = std::min(text.find_first_of(" \t\"';|&)`", begin), text.size());
      const std::string_view name = text.substr(begin, end - begin);
      const bool is_name = std::any_of(name.begin(), name.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }) && name.find('/') == std::string_view::npos;
      if (!is_name) continue; // "..." stands for one
      look.add(Code::profile_by_name, span(at, end), "firejail up to 0.9.78 looks for " + shown(name) + " in the current directory first", {"a session that may write its project replaces its own profile for the next time"},
               {"write the whole path: --profile=\"$HOME/.config/firejail/" + base::escape(name) + ".profile\""});
    }
    for (std::size_t at = 0; at < text.size();) {
      const base::CodePoint point = base::decode_utf8(text, at);
      const bool hidden = !point.valid || (point.value != U'\t' && base::is_unsafe_to_print(point.value));
      if (hidden) {
        look.add(Code::invisible_characters, span(at, at + point.size), "characters that nobody sees", {"a reviewer reads another line than firejail"}, {"remove them"});
        break;
      }
      at += point.size;
    }
  }
}

} // namespace psbc::lint
