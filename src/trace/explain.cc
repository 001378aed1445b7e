// SPDX-License-Identifier: MIT
#include "trace/explain.h"

#include <cstring>

#include "base/text.h"

namespace psbc::trace {
namespace {

constexpr std::string_view was_absent = " appeared (was absent at the last build)";

std::string in_backticks(std::string_view text) { return "`" + base::escape(text) + "`"; }

std::string_view first_word(std::string_view text) { return text.substr(0, text.find(' ')); }

bool is_error(std::string_view value) { return value.starts_with("error-"); }

/// ": permission denied" for "error-13".
std::string reason(std::string_view value) {
  std::string text = std::strerror(std::atoi(std::string(value).c_str() + std::strlen("error-")));
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return ": " + text;
}

std::string with_article(std::string_view kind) {
  if (kind == "symlink") return "a link";
  if (kind == "other") return "something else";
  return "a " + std::string(kind);
}

std::string plural(std::string_view count, const std::string& one, const std::string& many) {
  return std::string(count) + " " + (count == "1" ? one : many);
}

std::string explain_kind(const std::string& path, const Difference& d, base::Fs& fs) {
  if (d.then.value == absent) return path + std::string(was_absent);
  const std::string was = " (was " + with_article(d.then.value) + ")";
  if (d.now == absent) return path + " disappeared" + was;
  const auto parsed = base::AbsPath::parse(d.then.subject);
  if (d.now == "symlink" && parsed)
    if (const auto target = fs.target(*parsed)) return path + " now points to " + in_backticks(*target) + was;
  return path + " is now " + with_article(d.now) + was;
}

std::string explain_file(const std::string& path, const Difference& d) {
  if (d.then.value == absent) return path + std::string(was_absent);
  if (d.now == absent) return path + " disappeared (was a file)";
  if (d.now == too_large) return path + " is now too large to be read";
  if (is_error(d.now)) return path + " cannot be read now" + reason(d.now);
  if (is_error(d.then.value)) return path + " can be read now (could not be at the last build)";
  return path + " changed";
}

std::string explain_target(const std::string& path, const Difference& d) {
  const std::string_view to = "to ";
  if (!d.now.starts_with(to)) return path + " is not a link any more";
  const std::string now = path + " now points to " + in_backticks(std::string_view(d.now).substr(to.size()));
  if (!d.then.value.starts_with(to)) return now + " (was no link)";
  return now + " (was " + in_backticks(d.then.value.substr(to.size())) + ")";
}

std::string explain_names(const std::string& path, const Difference& d) {
  if (d.then.value == absent) return path + std::string(was_absent);
  if (d.now == absent) return path + " disappeared (was a directory)";
  if (is_error(d.now)) return path + " cannot be listed now" + reason(d.now);
  if (is_error(d.then.value)) return path + " can be listed now (could not be at the last build)";
  const auto had = first_word(d.then.value), has = first_word(d.now);
  if (had == has) return "names in " + path + " changed";
  return path + " now has " + plural(has, "entry", "entries") + " (had " + std::string(had) + ")";
}

/// The first name that came or went.
std::string explain_among(const Difference& d, const base::AbsPath& home) {
  for (const std::string_view name : base::split(d.then.question, '/')) {
    const bool had = has_found(d.then.value, name);
    if (had == has_found(d.now, name)) continue;
    const std::string path = quoted(std::string(d.then.subject) + "/" + std::string(name), home);
    return had ? path + " disappeared" : path + std::string(was_absent);
  }
  return "names in " + quoted(d.then.subject, home) + " changed";
}

std::string explain_ownership(const std::string& path, const Difference& d) {
  if (d.then.value == absent) return path + std::string(was_absent);
  if (d.now == absent) return path + " disappeared";
  if (is_error(d.now)) return path + " cannot be looked at now" + reason(d.now);
  const auto mode_at = [](std::string_view value) { return value.rfind(' ') + 1; };
  const std::size_t had = mode_at(d.then.value), has = mode_at(d.now);
  if (d.then.value.substr(0, had) != std::string_view(d.now).substr(0, has))
    return path + " now belongs to another user or group";
  return path + " now has mode " + d.now.substr(has) + " (had " + std::string(d.then.value.substr(had)) + ")";
}

std::string explain_stamp(const std::string& path, const Difference& d) {
  const std::string_view subject = d.then.subject;
  const std::string_view name = subject.substr(subject.rfind('/') + 1);
  if (d.then.value == absent) return path + std::string(was_absent);
  if (d.now == absent) return path + " disappeared";
  if (name == "psbc") return "psbc itself changed";
  if (name == "firejail") return "firejail was upgraded or replaced";
  return path + " was upgraded or replaced";
}

std::string explain_glob(const std::string& path, const Difference& d) {
  const std::string pattern =
      in_backticks(d.then.question.substr(d.then.question.find(' ') + 1));
  const auto had = first_word(d.then.value), has = first_word(d.now);
  if (d.now == too_large) return pattern + " in " + path + " now matches too many paths";
  if (d.then.value == too_large || is_error(d.now) || is_error(d.then.value) || had == has)
    return "what " + pattern + " in " + path + " matches changed";
  return pattern + " in " + path + " now matches " + plural(has, "path", "paths") + " (matched " +
         std::string(had) + ")";
}

std::string explain_find(const std::string& path, const Difference& d) {
  if (d.now == too_large) return path + " now holds too many projects and repositories";
  const auto had = first_word(d.then.value), has = first_word(d.now);
  if (d.then.value == too_large || is_error(d.now) || is_error(d.then.value) || had == has)
    return "the projects and repositories in " + path + " changed";
  return path + " now holds " + plural(has, "file", "files") + " of projects and repositories (had " + std::string(had) + ")";
}

std::string explain_env(const Difference& d) {
  const std::string variable = "the variable " + base::escape(d.then.subject);
  if (d.then.value == unset) return variable + " is set now (was unset at the last build)";
  if (d.now == unset) return variable + " is not set any more";
  return variable + " changed";
}

} // namespace

std::string quoted(std::string_view path, const base::AbsPath& home) {
  const auto parsed = base::AbsPath::parse(path);
  return in_backticks(parsed ? base::display_path(*parsed, home) : path);
}

std::string explain(const Difference& d, base::Fs& fs, const base::AbsPath& home) {
  const std::string path = quoted(d.then.subject, home);
  switch (d.then.kind) {
    case FactKind::kind: return explain_kind(path, d, fs);
    case FactKind::file: return explain_file(path, d);
    case FactKind::target: return explain_target(path, d);
    case FactKind::names: return explain_names(path, d);
    case FactKind::among: return explain_among(d, home);
    case FactKind::vacant: return path + (d.now == vacant ? " disappeared" : std::string(was_absent));
    case FactKind::ownership: return explain_ownership(path, d);
    case FactKind::links:
      return path + " now has " + plural(d.now, "hard link", "hard links") + " (had " + std::string(d.then.value) + ")";
    case FactKind::stamp: return explain_stamp(path, d);
    case FactKind::glob: return explain_glob(path, d);
    case FactKind::find: return explain_find(path, d);
    case FactKind::env: return explain_env(d);
    case FactKind::day: return "the day " + base::escape(d.then.subject) + " is over, until which your organisation's policy made an exception";
    case FactKind::constant: break;
  }
  if (d.then.subject == "psbc") return "psbc itself changed";
  return "the " + base::escape(d.then.subject) + " changed";
}

} // namespace psbc::trace
