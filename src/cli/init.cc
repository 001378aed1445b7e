// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdio.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/version.h"
#include "driver/propose.h"

namespace psbc::cli {
namespace {

constexpr std::size_t max_rules = 256 * 1024; // bytes of a profile of the predecessor's days

/// O_EXCL and O_NOFOLLOW: an existing file, or a link planted there, is never written through.
base::Status write_new(const base::AbsPath& path, std::string_view text, mode_t mode) {
  const base::Fd file(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) {
    base::Error error = base::system_error("create", path.string());
    if (error.code == EACCES || error.code == EROFS) error.hint = "the directory must be one that you can write: its owner can say chmod u+w, and a read-only disk holds no new project";
    return error;
  }
  return base::write_all(file.get(), text, path.string());
}

/// What python-sandbox left for this project and for its user.
struct Predecessor {
  base::AbsPath profile;
  bool has_profile = false;
  bool is_anothers = false; // there is a profile of this name, made for another directory
  driver::OldRules project, personal;
};

Predecessor find_predecessor(Context& context, const policy::Places& places, const std::string& name) {
  const base::AbsPath directory = places.home / ".config/firejail";
  Predecessor out{.profile = directory / ("python-env-" + name + ".profile"), .project = {}, .personal = {}};
  if (const auto text = context.fs.read(directory / "python-env-template.local", max_rules))
    out.personal = driver::read_old_rules(*text, name, context.cwd, places.home, true);
  // psbc's own is a link.
  if (name.empty() || name.find('/') != std::string::npos || context.fs.kind(out.profile) != base::Kind::file) return out;
  const auto text = context.fs.read(out.profile, max_rules);
  out.has_profile = text && driver::is_profile_of(*text, context.cwd, places.home);
  out.is_anothers = !out.has_profile;
  if (out.has_profile) out.project = driver::read_old_rules(*text, name, context.cwd, places.home, false);
  return out;
}

/// The user's own rules: into a file that is not there yet, or as sentences.
int migrate_personal(Context& context, const policy::Places& places, Predecessor& old) {
  for (const std::string& tool : old.project.tools)
    if (const auto path = places.home.join(tool.substr(2)); path && context.fs.kind(*path) != base::Kind::absent &&
                                                            std::find(old.personal.readonly.begin(), old.personal.readonly.end(), tool) == old.personal.readonly.end())
      old.personal.readonly.push_back(tool);
  if (old.personal.readonly.empty() && old.personal.hidden.empty()) return exit_fine;
  const base::AbsPath file = places.user_config();
  if (context.fs.kind(file) != base::Kind::absent) {
    say(context, "your ~/.config/psbc/config.toml stays as it is; what python-sandbox showed to every sandbox:");
    for (const std::string& sentence : driver::explain_old_rules(old.personal)) say(context, "  " + sentence);
    return exit_fine;
  }
  auto written = base::make_directories(file.parent(), 0700);
  if (written) written = write_new(file, driver::write_user_config(old.personal), 0600);
  if (!written) {
    complain(written.error());
    return exit_machine;
  }
  say(context, "wrote ~/.config/psbc/config.toml: what python-sandbox showed to every sandbox");
  return exit_fine;
}

/// psbc's own profile takes the name; a hand-written one is never lost.
int put_profile_aside(Context& context, const policy::Places& places, const Predecessor& old) {
  if (!old.has_profile) return exit_fine;
  const base::AbsPath aside = old.profile.parent() / (std::string(old.profile.name()) + ".before-psbc");
  if (renameat2(AT_FDCWD, old.profile.c_str(), AT_FDCWD, aside.c_str(), RENAME_NOREPLACE) != 0) {
    complain(base::system_error("rename", old.profile.string(), "move it away: psbc puts its own there"));
    return exit_machine;
  }
  say(context, "renamed the old profile to " + base::escape(base::display_path(aside, places.home)));
  return exit_fine;
}

/// The line that taplo and tombi look for, and the blank one that tombi wants behind it; nothing when the schema cannot be named so. Other
/// linters of TOML refuse a file whose schema they cannot load (taplo 0.9, tombi 1.2): it must be one that each of its readers has.
std::optional<std::string> schema_line(Context& context, const std::string& wanted) {
  const std::string schema = wanted.empty() ? PSBC_SCHEMA_URL : wanted;
  if (schema.empty()) return "";
  const bool is_plain = std::all_of(schema.begin(), schema.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  const bool is_url = schema.starts_with("https://") || schema.starts_with("http://");
  const auto file = is_url || schema.find("://") != std::string::npos ? std::nullopt : context.cwd.join(schema);
  if (!is_plain || (!is_url && (!file || schema.starts_with('/') || context.fs.kind(*file) == base::Kind::absent))) {
    const std::string name = is_plain && file && !schema.starts_with('/') ? schema : "python-sandbox.schema.json";
    complain("`" + base::escape(schema) + "` is neither a URL nor a file of the project", "psbc schema > " + name + " && psbc init --schema ./" + (name.starts_with("./") ? name.substr(2) : name));
    return std::nullopt;
  }
  return "#:schema " + schema + "\n\n";
}

void report(Context& context, const driver::Proposal& proposal) {
  say(context, "wrote .python-sandbox.toml for the sandbox `" + proposal.name + "`");
  for (const std::string& what : proposal.recognised) say(context, "  recognised " + what);
  for (const std::string& what : proposal.services) say(context, "  found " + what);
  for (const auto* paths : {&proposal.readonly, &proposal.workspace})
    for (const driver::ProposedPath& path : *paths) say(context, "  shows " + base::escape(path.path) + ": " + path.why);
  for (const driver::ProposedPath& path : proposal.writable) say(context, "  writes " + base::escape(path.path) + ": " + path.why);
  for (const driver::ProposedPath& path : proposal.hidden) say(context, "  hides " + base::escape(path.path) + ": " + path.why);
}

} // namespace

int init(Context& context, const InitOptions& options) {
  const base::AbsPath file = context.cwd / driver::config_name;
  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return status;
  if (context.cwd == places->home || places->home.is_under(context.cwd)) {
    complain("a sandbox for `" + base::escape(context.cwd.string()) + "` would hold your whole home directory",
             "go to the directory of one project");
    return exit_usage;
  }
  const std::string name = driver::old_name(context.fs, context.cwd);
  if (options.migrate && name.empty()) {
    complain("there is no `.python-sandbox` of python-sandbox here", "go to the directory that holds it, or type: psbc init");
    return exit_not_trusted;
  }
  Predecessor old = find_predecessor(context, *places, name);
  const driver::Proposal proposal =
      driver::propose(context.fs, context.cwd, places->home, options.name, options.migrate ? old.project : driver::OldRules{});
  if (!options.name.empty() && proposal.name != options.name) {
    complain("`" + base::escape(options.name) + "` cannot be the name of a sandbox",
             "use lower-case letters, digits, `.`, `_` and `-`, such as `" + proposal.name + "`");
    return exit_usage;
  }
  const auto first_line = schema_line(context, options.schema);
  if (!first_line) return exit_usage;
  if (const auto written = write_new(file, *first_line + proposal.text, 0644); !written) {
    if (written.error().code == EEXIST) complain("`.python-sandbox.toml` exists already", "edit it, then type: psbc build");
    else complain(written.error());
    return written.error().code == EEXIST ? exit_usage : exit_machine;
  }
  report(context, proposal);
  if (options.migrate) {
    if (old.is_anothers)
      say(context, "  left alone " + base::escape(base::display_path(old.profile, places->home)) + ": it was made for another directory");
    for (const std::string& sentence : old.project.dropped) say(context, "  left out " + sentence);
    status = std::max(migrate_personal(context, *places, old), put_profile_aside(context, *places, old));
    say(context, "`.python-sandbox` is not read by psbc: delete it when nobody uses its shell functions any more");
  } else {
    const auto sentences = driver::explain_old_rules(old.personal);
    if (!sentences.empty()) say(context, "your rules in ~/.config/firejail/python-env-template.local are not used by psbc:");
    for (const std::string& sentence : sentences) say(context, "  " + sentence);
    if (!name.empty()) say(context, "to take over its old profile as well: delete .python-sandbox.toml and type: psbc init --migrate");
  }
  say(context, "next: read it, then type: psbc trust --yes && psbc enter");
  return status;
}

} // namespace psbc::cli
