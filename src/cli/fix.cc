// SPDX-License-Identifier: MIT
// `psbc fix`: a password in the URL of a remote can be read inside, because git needs the file (THREATS B11). It goes to
// the user's own credential helper, and only when that has it for certain, out of the URL.
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "base/quote.h"
#include "base/text.h"
#include "cli/commands.h"
#include "driver/compile.h"
#include "policy/git_remotes.h"
#include "policy/remote_login.h"
#include "runtime/credential_store.h"
#include "runtime/sessions.h"

namespace psbc::cli {
namespace {

constexpr std::size_t settings_limit = 1U << 20U; // bytes; as policy/git_remotes.cc

/// One remote, and what becomes of it.
struct Remedy {
  policy::RemoteSecret found;
  policy::RemoteLogin login;
  std::string user{}; // stays in the URL
};

std::string place_of(const policy::RemoteSecret& found, const policy::Places& places) {
  return base::escape(base::display_path(found.file, places.home)) + ":" + std::to_string(found.line);
}
std::string remote_of(const policy::RemoteSecret& found) {
  return "the URL of the remote `" + base::escape(found.remote) + "`";
}
std::string host_of(const policy::RemoteLogin& login) { return "`" + base::escape(login.host) + "`"; }

/// The policy of the file as it is, approved or not: which settings of git it shows.
std::optional<policy::Policy> policy_here(Context& context, const policy::Places& places,
                                          const driver::Project& project, int& status) {
  const auto self = self_here(context, status);
  if (!self) return std::nullopt;
  driver::Sources sources;
  diag::Diagnostics diagnostics;
  auto policy = driver::compile_policy(
      {.places = places, .project = project, .self = *self, .fs = context.fs, .env = context.env}, sources,
      diagnostics);
  if (!policy) {
    show(context, diagnostics);
    status = exit_usage;
  }
  return policy;
}

/// Sessions that could change the file while it is rewritten, and that would see the old one afterwards.
bool is_in_use(const policy::Places& places, const std::vector<Remedy>& remedies) {
  const auto sessions = runtime::running_sessions(places.state);
  if (!sessions) {
    complain(sessions.error());
    return true;
  }
  for (const runtime::RunningSession& session : *sessions) {
    const auto root = base::AbsPath::parse(session.project);
    for (const Remedy& one : remedies) {
      if (!root || !(one.found.file.is_under(*root) || root->is_under(one.found.file.parent().parent())))
        continue;
      complain("a session of `" + base::escape(session.name) +
                   "` is running, and could change the settings of git meanwhile",
               "end it: psbc stop " + base::escape(session.name));
      return true;
    }
  }
  return false;
}

base::Error cannot(const policy::RemoteSecret& found, std::string cause, std::string hint = {}) {
  return {.operation = "take the password out of",
          .object = found.file.string(),
          .code = 0,
          .cause = std::move(cause),
          .hint = std::move(hint)};
}

/// As git does it: config.lock, then a rename. Nothing is written through a link.
base::Status rewrite(const Remedy& remedy) {
  const policy::RemoteSecret& found = remedy.found;
  const base::Fd directory(
      open(found.file.parent().string().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const std::string name(found.file.name()), lock = name + ".lock";
  const base::Fd file(
      directory ? openat(directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1);
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) return base::system_error("open", found.file.string());
  if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
    return cannot(found, "it is not a file of yours");
  TRY_ASSIGN(const std::string text, base::read_all(file.get(), settings_limit, found.file.string()));
  const auto set = policy::remote_url_at(text, found.line);
  const auto login = set ? policy::login_of(set->url) : std::nullopt;
  const auto after = login && login->password == remedy.login.password
                         ? policy::without_login(text, found.line, remedy.user)
                         : std::nullopt;
  if (!after) return cannot(found, "the line is not as it was", "try again: psbc fix");
  const base::Fd fresh(
      openat(directory.get(), lock.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fresh)
    return errno == EEXIST ? base::Status(cannot(found, "git works on it: there is a " + lock,
                                                 "try again when it is done"))
                           : base::system_error("create", found.file.string() + ".lock");
  base::Status done = base::write_all(fresh.get(), *after, found.file.string());
  if (done && (fchmod(fresh.get(), status.st_mode & 07777) != 0 || fsync(fresh.get()) != 0 ||
               renameat(directory.get(), lock.c_str(), directory.get(), name.c_str()) != 0))
    done = base::system_error("replace", found.file.string());
  if (!done) unlinkat(directory.get(), lock.c_str(), 0);
  return done;
}

/// Where git notes down what it fetched, once with the URL as it was (git before 2.31 did).
void say_copies(Context& context, const policy::Places& places, const Remedy& remedy) {
  const base::AbsPath git = remedy.found.file.parent();
  for (const char* name : {"FETCH_HEAD", "logs/HEAD"})
    if (const auto text = context.fs.read(git / name, settings_limit);
        text && text->find(remedy.login.password) != std::string::npos)
      say(context, "psbc: it is in `" + base::escape(base::display_path(git / name, places.home)) +
                       "` as well, which git wrote: delete that line, or the file");
}

/// True when git finds the password from now on without the URL. Gives it to the user's helper when it is not there yet.
bool keep(const runtime::CredentialStore& store, Remedy& remedy) {
  const auto found = [&] {
    // A name in the URL chooses among several logins for one host; without need it is left out.
    for (const std::string& name :
         {std::string(), remedy.login.written_user.empty() ? std::string() : remedy.login.user})
      if (store.has(remedy.login, name)) {
        remedy.user = name.empty() ? "" : remedy.login.written_user;
        return true;
      }
    return false;
  };
  if (found()) return true;
  const std::string what = "git has another password for " + host_of(remedy.login);
  if (store.has_other(remedy.login)) { // never put in its place: whoever wrote the URL need not be the user
    complain(remote_of(remedy.found) + " stays as it is: " + what,
             "when that one will do: psbc fix --forget");
    return false;
  }
  if (store.helpers(remedy.login).empty()) {
    complain(remote_of(remedy.found) +
                 " stays as it is: git has no credential helper that could keep its password",
             "name one: git config --global credential.helper libsecret (or store, a file in your home); or, "
             "where you have the password elsewhere: psbc fix --forget");
    return false;
  }
  if (const auto given = store.give(remedy.login); !given) {
    complain(given.error());
    return false;
  }
  if (found()) return true;
  complain(remote_of(remedy.found) + " stays as it is: your credential helper did not keep its password",
           "see what it says: git credential approve; or, where you have the password elsewhere: psbc fix "
           "--forget");
  return false;
}

std::string words_of(const std::vector<std::string>& helpers) {
  std::string out;
  for (const std::string& helper : helpers)
    out += (out.empty() ? "" : ", ") + ("`" + base::escape(helper) + "`");
  return out.empty() ? "there is none" : out;
}

} // namespace

int fix(Context& context, const FixOptions& options) {
  if (refuse_inside("where the settings of git cannot be written", "leave it first: exit")) return exit_usage;
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // passwords come by
  int status = exit_fine;
  const auto places = places_here(context, status);
  const auto project = places ? project_here(context, options.directory, status) : std::nullopt;
  const auto policy = project ? policy_here(context, *places, *project, status) : std::nullopt;
  if (!policy) return status;

  std::vector<std::string> read_only, writable;
  std::vector<base::AbsPath> trees;
  for (const policy::Rule& rule : policy->rules) {
    if (rule.access == policy::Access::read_only) read_only.push_back(rule.path.string());
    if (rule.access != policy::Access::writable) continue;
    writable.push_back(rule.path.string());
    trees.push_back(rule.path);
  }
  std::vector<Remedy> remedies;
  bool is_any_left = false;
  for (policy::RemoteSecret& found :
       policy::find_remote_secrets(context.fs, policy::git_settings(read_only))) {
    const auto text = context.fs.read(found.file, settings_limit);
    const auto set = text ? policy::remote_url_at(*text, found.line) : std::nullopt;
    auto login = set ? policy::login_of(set->url) : std::nullopt;
    // A repository inside of what sessions write may be a session's own, with somebody else's login.
    const bool is_own = found.file.is_under(project->root / ".git") ||
                        std::none_of(trees.begin(), trees.end(), [&](const base::AbsPath& tree) {
                          return found.file.is_under(tree);
                        });
    if (is_own && login && policy::without_login(*text, found.line, {}))
      remedies.push_back({.found = std::move(found), .login = std::move(*login)});
    else {
      say(context, "psbc: by hand: " + policy::describe(found, places->home, true));
      is_any_left = true;
    }
  }
  if (remedies.empty()) {
    if (!is_any_left)
      say(context, "nothing to fix: there is no password in the settings of git that the sandbox sees");
    return is_any_left ? exit_findings : exit_fine;
  }
  if (is_in_use(*places, remedies)) return exit_not_trusted;
  const runtime::HostPrograms host(context.env, writable);
  const auto store = runtime::CredentialStore::open(host);
  if (!store) {
    complain(store.error());
    return exit_machine;
  }
  std::vector<std::string> helpers;
  for (const Remedy& one : remedies)
    for (std::string& helper : store->helpers(one.login))
      if (std::find(helpers.begin(), helpers.end(), helper) == helpers.end())
        helpers.push_back(std::move(helper));
  say(context, options.forget ? "psbc fix would take out, and keep nowhere, the password in"
                              : "psbc fix would give to your own credential helper (" + words_of(helpers) +
                                    "), and then take out, the password in");
  for (const Remedy& one : remedies)
    say(context, "  " + place_of(one.found, *places) + ": " + remote_of(one.found) + ", for " +
                     host_of(one.login) +
                     (one.login.written_user.empty() ? "" : " as `" + base::escape(one.login.user) + "`") +
                     "; it becomes " + base::escape(one.found.url));
  const Answer answer = options.yes ? Answer::yes : ask(context, "go on? [y/N] ");
  if (answer == Answer::none)
    complain("nothing was changed", "if the list above is what you want, type: psbc fix --yes" +
                                        std::string(options.forget ? " --forget" : ""));
  if (answer != Answer::yes) return exit_not_trusted;
  if (is_in_use(*places, remedies)) return exit_not_trusted;

  bool is_any_done = false;
  for (Remedy& one : remedies) {
    if (!options.forget && !keep(*store, one)) {
      is_any_left = true;
      continue;
    }
    if (const auto done = rewrite(one); !done) {
      complain(done.error());
      status = exit_machine;
      continue;
    }
    is_any_done = true;
    say(context, "took the password out of " + place_of(one.found, *places) +
                     (options.forget ? "" : "; git finds it in your credential helper"));
    say_copies(context, *places, one);
  }
  if (is_any_done) say(context, "what ran inside until now could read it: make it anew where it was issued");
  return status != exit_fine ? status : is_any_left ? exit_findings : exit_fine;
}

} // namespace psbc::cli
