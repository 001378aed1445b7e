// SPDX-License-Identifier: MIT
#include "lint/profile/profile.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "lint/finish.h"
#include "lint/look.h"

namespace psbc::lint {

using base::AbsPath;

namespace {

/// `${HOME}/x` and `~/x`; firejail knows the macros at the beginning alone.
std::optional<AbsPath> path_of(std::string_view argument) {
  const std::string& home = profile_home().string();
  const std::array<std::pair<std::string_view, std::string>, 9> macros{{{"~", home}, {"${HOME}", home}, {"${CFG}", home + "/.config/firejail"}, {"${RUNUSER}", profile_runtime().string()},
                                                                        {"${DOCUMENTS}", home + "/Documents"}, {"${DOWNLOADS}", home + "/Downloads"}, {"${DESKTOP}", home + "/Desktop"},
                                                                        {"${PICTURES}", home + "/Pictures"}, {"${VIDEOS}", home + "/Videos"}}};
  for (const auto& [macro, value] : macros)
    if (argument.starts_with(macro) && (argument.size() == macro.size() || argument[macro.size()] == '/')) return AbsPath::parse(value + std::string(argument.substr(macro.size())));
  // Somebody's own directories, as whoever wrote it has them.
  for (const auto& [above, stand_in] : {std::pair<std::string_view, const std::string&>("/home/", home), {"/run/user/", profile_runtime().string()}})
    if (argument.size() > above.size() && argument.starts_with(above)) {
      const std::size_t end = std::min(argument.find('/', above.size()), argument.size());
      return AbsPath::parse(stand_in + std::string(argument.substr(end)));
    }
  return AbsPath::parse(argument);
}

/// `?HAS_X11: directive` counts as the directive.
std::string_view without_condition(std::string_view line) {
  const std::size_t colon = line.find(':');
  return line.starts_with('?') && colon != std::string_view::npos ? trimmed(line.substr(colon + 1)) : line;
}

} // namespace

const std::vector<Directive>& directives() {
  static const std::vector<Directive> table = {
#define PSBC_DIRECTIVE(name, argument, since, until, example) {name, Argument::argument, since, until, example},
#include "lint/profile/directives.def"
#undef PSBC_DIRECTIVE
  };
  return table;
}

const Directive* find_directive(std::string_view name) {
  const auto found = std::lower_bound(directives().begin(), directives().end(), name, [](const Directive& row, std::string_view wanted) { return row.name < wanted; });
  return found != directives().end() && found->name == name ? &*found : nullptr;
}

const AbsPath& profile_home() {
  static const AbsPath home = AbsPath::literal("/home/user");
  return home;
}

const AbsPath& profile_runtime() {
  static const AbsPath runtime = AbsPath::literal("/run/user/1000");
  return runtime;
}

bool Profile::has(std::string_view name) const {
  return std::any_of(lines.begin(), lines.end(), [&](const ProfileLine& line) { return line.name == name; });
}

bool Profile::has(std::string_view name, std::string_view argument) const {
  return std::any_of(lines.begin(), lines.end(), [&](const ProfileLine& line) { return line.name == name && line.argument == argument; });
}

Profile read_profile(const diag::SourceFile& source) {
  Profile profile{.document = {.source = source}, .lines = {}};
  for (std::uint32_t number = 1; number <= source.line_count(); ++number) {
    const std::string_view raw = source.line(number);
    const std::uint32_t start = source.line_start(number);
    const auto span = [&](std::string_view part) {
      const auto begin = static_cast<std::uint32_t>(start + static_cast<std::size_t>(part.data() - raw.data()));
      return diag::Span{.file = &source, .begin = begin, .end = static_cast<std::uint32_t>(begin + part.size())};
    };
    const std::size_t hash = raw.find('#');
    const std::string_view said = trimmed(raw.substr(0, hash));
    if (hash != std::string_view::npos) {
      const std::string_view comment = raw.substr(hash);
      profile.document.comments.push_back({.span = span(comment), .text = trimmed(comment.substr(1)), .line = number, .is_alone = said.empty(), .is_header = said.empty() && profile.lines.empty()});
    }
    if (said.empty()) continue;
    const std::string_view directive = without_condition(said);
    const std::size_t blank = std::min(directive.find_first_of(" \t"), directive.size());
    const std::string_view argument = trimmed(directive.substr(blank));
    ProfileLine line{.name = std::string(directive.substr(0, blank)), .argument = std::string(argument), .span = span(directive), .of_argument = span(argument), .number = number};
    if (hash != std::string_view::npos) line.comment = span(raw.substr(hash));
    const Directive* const known = find_directive(line.name);
    if (known != nullptr && (known->argument == Argument::path || line.name == "private-cwd")) line.path = path_of(argument);
    profile.lines.push_back(std::move(line));
  }
  return profile;
}

void ProfileLook::add(diag::Code code, const diag::Span& span, std::string message, std::vector<std::string> notes, std::vector<std::string> help, std::vector<diag::Edit> mend) const {
  out.add(made(code, span, std::move(message), std::move(notes), std::move(help), std::move(mend)));
}

diag::Span ProfileLook::top() const {
  if (!profile.lines.empty()) return profile.lines.front().span;
  return {.file = &profile.document.source, .begin = 0, .end = 0};
}

std::vector<Finding> lint_profile(const diag::SourceFile& source, const Options& options) {
  diag::Diagnostics diagnostics;
  const Profile profile = read_profile(source);
  secret_rules(profile.document, diagnostics);
  const ProfileLook look{.profile = profile, .out = diagnostics};
  profile_line_rules(look);
  profile_order_rules(look);
  // What a part of a profile does not say, another part may.
  if (!source.name().ends_with(".inc") && !source.name().ends_with(".local")) profile_missing_rules(look);
  return finish(profile.document, options, diagnostics);
}

} // namespace psbc::lint
