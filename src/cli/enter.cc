// SPDX-License-Identifier: MIT
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/enter_tokens.h"
#include "cli/last_failure.h"
#include "cli/recording.h"
#include "cli/review.h"
#include "cli/shell_choice.h"
#include "driver/build.h"
#include "driver/git_branches.h"
#include "driver/registry.h"
#include "driver/standing.h"
#include "emit/enter_plan.h"
#include "runtime/carried.h"
#include "runtime/enter.h"
#include "runtime/environment.h"
#include "runtime/inside.h"
#include "runtime/sessions.h"
#include "runtime/ssh_agent.h"
#include "runtime/test_pipe.h"
#include "trust/store.h"

namespace psbc::cli {
namespace {

int fail(std::string_view message, std::string_view hint) {
  complain(message, hint);
  return exit_own_failure;
}

int fail(const base::Error& error) {
  complain(error);
  return exit_own_failure;
}

/// Inside already: the same project's sandbox just runs the command; anything else is refused, because
/// firejail would start it without any sandbox of its own (THREATS A1).
int already_inside(const Context& context, const emit::InsideSession& session, const EnterOptions& options) {
  const auto root = base::AbsPath::parse(session.root);
  const auto here = options.directory.empty() ? std::optional(context.cwd) : absolute(context, options.directory);
  const bool same = root && here && here->is_under(*root);
  if (!options.is_run || !same)
    return fail("you are inside the sandbox `" + base::escape(session.name) + "` already",
                options.is_run ? "leave it first: exit" : "run the command as it is, or leave the sandbox first: exit");
  std::vector<char*> argv;
  for (const std::string& word : options.command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  const base::Error error = base::system_error("run", options.command.front());
  complain(error);
  return error.code == ENOENT ? exit_not_found : exit_not_executable;
}

/// What is entered with: the project's file, or what was approved last while a wider file waits.
struct Chosen {
  trust::Capabilities granted;
  std::optional<std::string> approved; // in place of the file
  bool by_organisation = false;        // in advance, and not by the user
};

/// " DIR" for a command line, where the project is not the one here: a shim is called from anywhere.
std::string from_elsewhere(const Context& context, const policy::Places& places, const base::AbsPath& root) {
  return context.cwd.is_under(root) ? "" : " " + base::escape(base::display_path(root, places.home));
}

/// Nothing, with the status to exit with, when nothing of this project was ever approved.
std::optional<Chosen> choose_config(Context& context, const policy::Places& places, const driver::Project& project, const base::AbsPath& self,
                                    int& status) {
  const trust::Store store(places.state);
  const std::string id = policy::project_id(project.root);
  const std::string shown = "`" + base::escape(base::display_path(project.config_file, places.home)) + "`";
  status = exit_own_failure;
  auto approval = store.lookup(id, project.root);
  const auto now = context.fs.read(project.config_file, 1 << 20);
  if (!approval || !now) {
    complain(approval ? now.error() : approval.error());
    return std::nullopt;
  }
  if (approval->granted && *now == approval->config) return Chosen{.granted = std::move(*approval->granted)};

  driver::Sources sources;
  diag::Diagnostics diagnostics;
  auto judged = driver::judge({.places = places, .project = project, .self = self, .fs = context.fs, .env = context.env}, *approval, sources, diagnostics);
  const bool is_unjudged = !judged.asked || !judged.ceiling;
  // What is wrong with a file that was never approved is for whoever is going to approve it.
  if (is_unjudged && (approval->granted || !judged.ceiling)) show(context, diagnostics);
  using Is = driver::Standing::Is;
  if (judged.standing.is == Is::organisation) return Chosen{.granted = std::move(judged.asked->capabilities), .by_organisation = true};
  if (!approval->granted && judged.ceiling) {
    status = exit_not_trusted;
    complain(shown + (approval->note.empty() ? " was never approved" : " is not approved: " + approval->note), "see what it asks for: psbc trust" + from_elsewhere(context, places, project.root));
    return std::nullopt;
  }
  if (is_unjudged) {
    if (context.errors == Context::Errors::all) fail("the sandbox cannot be built, so nothing was started", "correct what is shown above, then type: psbc build");
    return std::nullopt;
  }
  if (judged.standing.is == Is::approved) {
    trust::Approval renewed = *approval;
    renewed.config = judged.asked->config;
    const auto kept = store.renew(id, project.root, *approval, renewed);
    if (!kept) complain(kept.error());
    else if (!*kept) return choose_config(context, places, project, self, status); // revoked, or approved, just now
    return Chosen{.granted = std::move(*approval->granted)};
  }
  if (judged.standing.is == Is::denied) say(context, "psbc: entered with what you approved; you said no to what " + shown + " asks for besides");
  else say(context, "psbc: " + shown + " asks for more than you approved: psbc trust shows it. Entered with what you approved");
  return Chosen{.granted = std::move(*approval->granted), .approved = std::move(approval->config)};
}

/// `psbc enter NAME`: where no such directory is, the root of the sandbox of this name, from psbc's own
/// record of what was built. A name is for typing: what is entered is judged by its root, as ever.
bool place_of_name(const Context& context, const policy::Places& places, std::string& directory) {
  if (directory.empty() || directory.find('/') != std::string::npos) return true;
  base::RealFs fs;
  const auto here = absolute(context, directory);
  if (here && fs.kind(*here) != base::Kind::absent) return true;
  const auto known = driver::known_projects(fs, places);
  std::vector<std::string> roots;
  if (known)
    for (const driver::KnownProject& entry : *known)
      if (entry.exists && entry.name == directory) roots.push_back(entry.root.string());
  if (roots.size() > 1) {
    complain("several sandboxes are called `" + base::escape(directory) + "`", "name the directory; psbc list shows them");
    return false;
  }
  if (roots.size() == 1) directory = roots.front();
  return true;
}

struct Artefacts {
  emit::EnterPlan plan;
  std::string filter;
  trust::Capabilities capabilities;
  driver::FirejailUsed firejail;
  base::AbsPath profile;
  std::string build; // what names it
};

base::Result<Artefacts> read_artefacts(const policy::Places& places, const std::string& id) {
  TRY_ASSIGN(const trace::Store store, trace::Store::open(places.state, id));
  TRY_ASSIGN(const auto current, store.current());
  const base::Error broken{.operation = "read the build of this project", .object = store.directory().string(), .code = 0,
                           .cause = "it is not complete", .hint = "psbc build --force"};
  if (!current) return broken;
  TRY_ASSIGN(const std::string plan_bytes, current->read(driver::plan_file));
  TRY_ASSIGN(std::string filter, current->read(driver::filter_file));
  TRY_ASSIGN(const std::string capabilities, current->read(driver::capabilities_file));
  TRY_ASSIGN(const std::string firejail_bytes, current->read(driver::firejail_file));
  TRY(current->read(driver::enter_profile)); // firejail reads it by its path: it is looked at here
  TRY_ASSIGN(std::string build, current->read(driver::build_file));
  build.erase(build.find_last_not_of('\n') + 1);
  auto plan = emit::parse_enter_plan(plan_bytes);
  auto firejail = driver::parse_firejail_used(firejail_bytes);
  auto granted = trust::parse_capabilities(capabilities);
  if (!plan || !firejail || !granted) return broken;
  return Artefacts{.plan = std::move(*plan), .filter = std::move(filter), .capabilities = std::move(*granted),
                   .firejail = std::move(*firejail), .profile = current->directory() / driver::enter_profile,
                   .build = std::move(build)};
}

std::string size_of(std::uint64_t bytes) {
  constexpr std::uint64_t kib = 1024, mib = 1024 * kib;
  if (bytes < kib) return std::to_string(bytes) + " B";
  return bytes < mib ? std::to_string(bytes / kib) + " KiB" : std::to_string(bytes / mib) + " MiB";
}

/// The names are a session's: escaped. A few lines at most, whatever it left.
void say_lost(Context& context, const runtime::EnterResult& result, bool keep_lost) {
  if (result.lost_partial)
    say(context, std::string("psbc: HOME inside had more than 4,096 entries, or a directory that could not be read: not all of it was looked at") +
                     (keep_lost ? ", and nothing that was kept before was removed" : ""));
  if (result.lost_count == 0) return;
  say(context, keep_lost ? "psbc: gone with the session, because it could not be kept:" : "psbc: gone with the session, because HOME inside is private:");
  for (const runtime::LostFile& file : result.lost) say(context, "  ~/" + base::escape(file.path) + "  " + size_of(file.size));
  if (result.lost_count > result.lost.size())
    say(context, "  and " + std::to_string(result.lost_count - result.lost.size()) + " more");
  if (keep_lost) say(context, "psbc: keep_lost keeps at most 1,000 files and 64 MiB of a sandbox, and 16 MiB of one file");
  else say(context, "psbc: to keep such files: keep_lost = true in ~/.config/psbc/config.toml");
}

constexpr std::size_t max_told_at_once = 5; // lines in the middle of what the command prints

const char* what_happened(runtime::Exposure::How how) {
  switch (how) {
    case runtime::Exposure::How::replaced: return "was replaced outside, and is visible inside";
    case runtime::Exposure::How::appeared: return "appeared, and is visible inside";
    case runtime::Exposure::How::linked: return "has a second name now, a hard link, that may be visible inside";
    case runtime::Exposure::How::unpinned: return "was replaced outside, and can be changed inside now";
  }
  return "";
}

/// Before anybody can react a polling process has read it: the only remedy is another secret. A mount cannot be put back.
const char* what_to_do(runtime::Exposure::How how) {
  if (how == runtime::Exposure::How::unpinned) return "leave the sandbox, and enter again";
  return how == runtime::Exposure::How::appeared ? "unless the sandbox made it itself, rotate this secret" : "rotate this secret";
}

std::string shown_path(const std::string& path, const policy::Places& places) {
  const auto parsed = base::AbsPath::parse(path);
  return "`" + base::escape(parsed ? base::display_path(*parsed, places.home) : path) + "`";
}

/// While the command has the terminal, which may be raw: the line begins at its left edge.
void tell_at_once(const runtime::Exposure& found, const policy::Places& places) {
  const std::string line = shown_path(found.path, places) + " " + what_happened(found.how) + ": " + what_to_do(found.how);
  if (isatty(STDERR_FILENO) == 1) warn(line, "\r\n");
  else warn(line);
}

/// Again at the end, where nothing scrolls it away: those of one kind, a few at most.
void say_exposed(const runtime::EnterResult& result, const policy::Places& places, std::initializer_list<runtime::Exposure::How> kinds, std::string text,
                 const char* help) {
  std::size_t told = 0;
  for (const runtime::Exposure::How how : kinds)
    for (const runtime::Exposure& found : result.exposed)
      if (found.how == how && ++told <= max_told_at_once)
        text += "\n  " + shown_path(found.path, places) + " " + what_happened(how) + (how == runtime::Exposure::How::unpinned ? "" : std::string(": ") + what_to_do(how));
  if (told > max_told_at_once) text += "\n  and " + std::to_string(told - max_told_at_once) + " more";
  if (told > 0) warn(text + "\n  help: " + help);
}

void say_exposed(const runtime::EnterResult& result, const policy::Places& places) {
  using How = runtime::Exposure::How;
  // An appeared file may be the session's own: said after the others.
  say_exposed(result, places, {How::replaced, How::linked, How::appeared}, "hidden files became visible while the sandbox ran:",
              "a secret that is kept outside of the project cannot be shown: psbc hide FILE");
  say_exposed(result, places, {How::unpinned}, "guarded files lost their protection while the sandbox ran:",
              "psbc review shows what the session changed of them");
}

/// Of sessions whose psbc was killed.
void say_recovered(Context& context, runtime::ObeyedReview& review, const std::string& root, EntryRecord& entry) {
  const auto report = review.recover();
  if (report) {
    entry.guards(*report);
    say_obeyed(context, *report, root);
  } else warn("what sessions left of which psbc was killed is not known: " + base::describe(report.error()));
}

/// A checkout that puts something where an empty directory keeps the place would take the mount away on the host, and fail
/// inside: not where git may track it.
std::vector<emit::KeptPlace> harmless_places(const emit::EnterPlan& plan, const policy::Places& places) {
  base::RealFs fs;
  std::vector<emit::KeptPlace> absent;
  std::vector<base::AbsPath> directories;
  for (const emit::KeptPlace& place : plan.kept) {
    const auto path = base::AbsPath::parse(place.path);
    if (!path || fs.kind(*path) != base::Kind::absent) continue;
    absent.push_back(place);
    if (place.directory) directories.push_back(*path);
  }
  const auto tracked = driver::possibly_tracked(fs, directories, places.build(plan.id));
  std::erase_if(absent, [&](const emit::KeptPlace& place) {
    return std::any_of(tracked.begin(), tracked.end(), [&](const base::AbsPath& path) { return path.string() == place.path; });
  });
  return absent;
}

/// What to type when the environment was never made; empty: it is there, or there is to be none.
std::string environment_to_make(const emit::EnterPlan& plan, const policy::Places& places) {
  const auto environment = base::AbsPath::parse(plan.environment);
  if (!environment || access((*environment / "bin/python").c_str(), X_OK) == 0) return "";
  return "there is no environment yet; inside, this makes it: python3 -m venv " + base::escape(base::display_path(*environment, places.home)) + ", or what your tool has for it (uv sync, poetry install)";
}

/// A session asked for a directory: what runs inside can, so it counts only where the user's own file says so.
void follow(Context& context, const EnterOptions& options, bool is_allowed, const base::AbsPath& directory, const base::AbsPath& home) {
  const std::string shown = "`" + base::escape(base::display_path(directory, home)) + "`";
  base::RealFs fs;
  const auto kind = resolve(fs, directory);
  if (!is_allowed) say(context, "psbc: the shell stays here. To let psbc leave bring it to " + shown + ": follow = true in ~/.config/psbc/config.toml");
  else if (!kind || kind->kind != base::Kind::directory) say(context, "psbc: the shell stays here: there is no directory " + shown);
  else if (options.go_to == nullptr) say(context, "psbc: the shell stays here: only one that entered by psbc hook goes to " + shown);
  else *options.go_to = directory;
}

} // namespace

int enter(Context& context, const EnterOptions& asked) {
  EnterOptions options = asked;
  if (const auto session = runtime::inside_session()) return already_inside(context, *session, options);

  int status = exit_fine;
  const auto places = places_here(context, status);
  if (!places) return exit_own_failure;
  if (!place_of_name(context, *places, options.directory)) return exit_own_failure;
  const auto project = project_here(context, options.directory, status);
  const int not_trusted = options.is_shim ? exit_not_executable : exit_not_trusted;
  if (!project) return status == exit_not_trusted ? not_trusted : exit_own_failure;

  const auto self = driver::find_self(context.fs);
  if (!self) return fail(self.error());

  // Before anything of the file is used, and again below for what was compiled: a link may lead elsewhere by then.
  auto chosen = choose_config(context, *places, *project, *self, status);
  if (!chosen) return status == exit_not_trusted ? not_trusted : status;

  std::optional<base::AbsPath> templates;
  if (!options.templates.empty() && !(templates = absolute(context, options.templates)))
    return fail("there is no directory `" + base::escape(options.templates) + "`", {});
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  const auto built =
      driver::build({.places = *places, .project = *project, .env = context.env, .templates = templates, .approved = chosen->approved, .first_look = &context.first_look}, sources, diagnostics);
  show(context, diagnostics);
  if (!built) return fail(built.error());
  if (built->state == driver::BuildResult::State::invalid) {
    if (context.errors == Context::Errors::all) complain("the sandbox cannot be built, so nothing was started", "correct what is shown above, then type: psbc build");
    return status_of(diagnostics) == exit_not_trusted ? not_trusted : exit_own_failure;
  }
  for (const std::string& sentence : built->damage) say(context, "psbc: " + sentence);
  for (const std::string& sentence : built->open.by_kernel) say(context, "psbc: open to what runs inside: " + sentence);

  const auto artefacts = read_artefacts(*places, policy::project_id(project->root));
  if (!artefacts) return fail(artefacts.error());
  if (const auto wider = trust::widening(chosen->granted, artefacts->capabilities); !wider.empty()) {
    complain("`" + base::escape(base::display_path(project->config_file, places->home)) + "` grants more than when it was approved: " +
                 trust::shown(wider.front(), places->home),
             "see what it asks for now: psbc trust" + from_elsewhere(context, *places, project->root));
    return not_trusted;
  }

  const runtime::CarriedVariables carried = runtime::carry_variables(artefacts->plan, context.env);
  if (!carried.refused.empty())
    return fail("the package index in " + carried.refused + " holds a secret that is not the password of an address",
                "without it, tools inside would ask the public index for the names of your own packages: unset it, or set it without the secret");
  for (const std::string& note : carried.notes) say(context, "psbc: " + note);

  const auto start = options.directory.empty() || options.is_shim ? std::optional(context.cwd) : absolute(context, options.directory);
  const auto cwd = start ? resolve(context.fs, *start) : base::Result<base::Resolved>(base::Error{});
  if (!cwd) return fail(cwd.error());
  std::vector<std::string> command = options.command;
  const bool is_shell = command.empty();
  if (is_shell) command = {choose_shell(context, *places, options.shell)};

  struct statvfs disk {};
  if (statvfs(project->root.c_str(), &disk) == 0 && (disk.f_flag & ST_RDONLY) != 0)
    return fail("`" + base::escape(base::display_path(project->root, places->home)) + "` lies on a disk that is mounted read-only, and a project is written to", "mount it writable, or copy the project");

  EntryRecord entry(*places, artefacts->plan);
  const bool is_recorded = entry.begin(context, {.approved_by = chosen->by_organisation ? "organisation" : "user", .granted = artefacts->capabilities, .build = artefacts->build,
                                                 .firejail = to_string(artefacts->firejail.version), .program = command.front()});
  if (!is_recorded) return exit_own_failure;
  auto tokens = tokens_for(context, *places, artefacts->plan, !options.no_tokens);
  if (!tokens || !entry.tokens(context, tokens->delivered)) {
    entry.end({.status = exit_own_failure});
    return exit_own_failure;
  }
  // Before psbc takes away or makes what keeps places.
  auto review = runtime::ObeyedReview::open(places->state, artefacts->plan.id);
  if (review) say_recovered(context, *review, artefacts->plan.project, entry);
  const auto record = runtime::SessionRecord::begin(places->state, artefacts->plan, artefacts->build, command.front(), harmless_places(artefacts->plan, *places));
  if (!record) {
    // A full disk keeps nobody out; a /tmp that is somebody else's does.
    const int code = record.error().code;
    if (code != ENOSPC && code != EDQUOT && code != EROFS) {
      entry.end({.status = exit_own_failure});
      return fail(record.error());
    }
    complain(record.error());
  }

  // Of an editor's test panel, where the user's `editors` lets its variable cross.
  std::optional<runtime::TestPipe> tests;
  if (options.is_shim && runtime::crosses(artefacts->plan, runtime::test_pipe_variable)) {
    tests.emplace(context.env, artefacts->plan.temporary);
    auto variables = context.env.all();
    for (const char* name : {runtime::test_pipe_variable, runtime::test_ids_variable}) variables.erase(name);
    for (const auto& [name, value] : tests->variables()) variables[name] = value;
    context.env = base::Env(std::move(variables));
  }

  for (const std::string& remark : artefacts->plan.remarks) say(context, "psbc: " + remark);
  if (is_shell && options.go_to == nullptr)
    if (const std::string make = environment_to_make(artefacts->plan, *places); !make.empty()) say(context, "psbc: " + make);
  std::size_t told[2] = {}; // a session can make files that appear, so as to crowd out the others
  const auto on_exposure = [&](const runtime::Exposure& found) {
    entry.unhidden(found);
    if (told[found.how == runtime::Exposure::How::appeared ? 1 : 0]++ < max_told_at_once) tell_at_once(found, *places);
  };
  const auto on_blind = [&](const std::string& why) {
    warn("hidden files that appear are noticed at the end of the session only: " + why);
  };
  runtime::AgentAccess agent;
  const auto find_agent = [&] {
    agent = runtime::find_agent(artefacts->plan, context.env);
    for (const std::string& line : agent.lines) say(context, line);
    if (agent.job) agent.job->record = entry.sink();
    return agent.job ? &*agent.job : nullptr;
  };
  const auto look = [&] {
    say_remote_secrets(context, *places, artefacts->plan.read_only);
    const auto begun = review ? review->begin(runtime::scan_request(artefacts->plan)) : base::Status(review.error());
    if (!begun) warn("what this session changes of the files that programs outside obey will not be told: " + base::describe(begun.error()));
  };
  const runtime::EnterResult result =
      runtime::enter({.plan = artefacts->plan, .filter = artefacts->filter, .profile = artefacts->profile, .psbc = *self,
                      .firejail = artefacts->firejail.path, .version = artefacts->firejail.version, .command = std::move(command),
                       .build = artefacts->build, .cwd = cwd->path, .environment = context.env, .secrets = &tokens->variables,
                       .secret_files = &tokens->files, .on_exposure = on_exposure, .on_blind = on_blind, .before_command = look,
                       .can_leave = is_shell,
                       .find_agent = find_agent});
  if (result.failure) {
    complain(result.failure->error);
    if (result.failure->status == exit_not_found && !is_shell)
      if (const std::string make = environment_to_make(artefacts->plan, *places); !make.empty()) say(context, "  help: " + make);
  } else if (!is_shell && result.status != 0)
    keep_last_failure(*places, artefacts->plan.id, project->root, cwd->path, options.command, result.status);
  say_exposed(result, *places);
  say_lost(context, result, artefacts->plan.keep_lost);
  if (review) {
    const auto report = review->finish();
    if (report) {
      entry.guards(*report);
      say_obeyed(context, *report, artefacts->plan.project);
    } else warn("what the session changed of the files that programs outside obey is told at the next entry: " + base::describe(report.error()));
  }
  entry.end(result);
  if (result.leave_for) follow(context, options, artefacts->plan.follow, *result.leave_for, places->home);
  return result.status;
}

} // namespace psbc::cli
