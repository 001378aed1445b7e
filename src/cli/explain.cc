// SPDX-License-Identifier: MIT
// psbc explain: what the sandbox of this project makes of a path, a variable or a host, which line says so, and what to write to change it.
#include "policy/explain.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/catalogue.h"
#include "base/glob.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/last_failure.h"
#include "cli/picture.h"
#include "cli/question.h"
#include "config/words.h"
#include "emit/enter_plan.h"
#include "policy/carried_variables.h"
#include "runtime/environment.h"

namespace psbc::cli {
namespace {

using base::AbsPath;
using base::json_text;
using policy::Seen;

constexpr std::size_t most_matches = 1000; // of one pattern

struct Explained {
  std::string asked;
  std::string kind;  // path, variable, host
  std::string state; // read-only ...
  std::string where; // the canonical path, or empty
  std::vector<std::string> because;
  std::vector<Change> changes;
};

std::string because(const policy::Origin& origin) { return base::escape(origin.where) + ": " + base::escape(origin.reason); }

Explained explain_path(const Question& asked, const std::string& word, const AbsPath& path) {
  const policy::Explanation found = policy::explain(*asked.policy, asked.context.fs, path);
  Explained out{.asked = word, .kind = "path", .state = std::string(to_string(found.seen)), .where = asked.shown(found.path), .because = {}, .changes = {}};
  for (const policy::Alias* const link : found.links) out.because.push_back(asked.shown(link->link) + " leads there: " + because(link->origin));
  if (found.written != nullptr) {
    out.state = "written by psbc";
    out.because.push_back(because(found.written->origin));
    return out;
  }
  if (found.rule != nullptr) out.because.push_back(because(found.rule->origin));
  else out.because.push_back("a part of the system: as outside, with the same permissions");
  if (found.seen == Seen::visible && found.exists && euidaccess(found.path.c_str(), R_OK) != 0) out.because.push_back("which do not let you read it");
  if (found.leads) {
    out.state = "private";
    out.because.push_back("inside, a directory of the sandbox's own has this name; of this one it holds only what is named");
  }
  if (!found.exists) {
    out.because.push_back("nothing is there outside either");
    const auto names = asked.context.fs.names(found.path.parent());
    const std::string meant = names ? base::nearest(found.path.name(), *names) : "";
    if (!meant.empty()) out.because.push_back("did you mean `" + asked.shown(found.path.parent() / meant) + "`?");
    return out;
  }
  switch (found.seen) {
    case Seen::absent:
      out.changes.push_back(what_if(asked, "to read it", "readonly", found.path));
      out.changes.push_back(what_if(asked, "to write it", "writable", found.path));
      break;
    case Seen::read_only:
      if (found.rule->origin.source == policy::Origin::Source::project) out.changes.push_back(what_if(asked, "to write it", "writable", found.path));
      break;
    case Seen::hidden:
      if (found.rule->origin.source == policy::Origin::Source::project) out.because.push_back("to see it, take its entry out of `hidden`: whatever runs inside can then send it away");
      break;
    case Seen::visible:
    case Seen::writable: break;
  }
  return out;
}

/// "name" of "name=value".
bool names(const std::string& variable, const std::string& name) { return variable.size() > name.size() && variable[name.size()] == '=' && variable.starts_with(name); }

Explained explain_variable(const Question& asked, const std::string& name) {
  Explained out{.asked = name, .kind = "variable", .state = "absent", .where = {}, .because = {}, .changes = {}};
  const policy::Policy& policy = *asked.policy;
  const auto token = std::find_if(policy.tokens.begin(), policy.tokens.end(), [&](const policy::Token& one) { return one.name == name; });
  const auto value = std::find_if(policy.variables.rbegin(), policy.variables.rend(), [&](const policy::Variable& one) { return one.name == name; });
  const auto& carried_table = policy::carried_variables();
  const auto carried = std::find_if(carried_table.begin(), carried_table.end(), [&](const policy::CarriedVariable& one) { return one.name == name; });
  const runtime::BaseVariable* const row = runtime::base_variable(name);
  const bool passes = std::find(policy.pass.begin(), policy.pass.end(), name) != policy.pass.end();
  if (token != policy.tokens.end()) {
    out.state = "a token, from your own source";
    out.because = {because(token->origin), "psbc tokens list says where yours comes from"};
    return out;
  }
  if (value != policy.variables.rend()) {
    out.state = "set to " + base::escape(value->value);
    out.because = {because(value->origin)};
    return out;
  }
  const auto inside = runtime::make_environment(emit::make_enter_plan(policy), "", asked.context.env);
  const bool is_inside = std::any_of(inside.begin(), inside.end(), [&](const std::string& one) { return names(one, name); });
  const bool is_carried = carried != carried_table.end();
  if (row != nullptr || passes || is_carried) {
    const bool is_set = asked.context.env.get(name).has_value();
    out.state = is_inside ? "crosses" : is_set ? "withheld" : "would cross, and is not set";
    out.because = {row != nullptr ? "psbc: " + std::string(row->reason) : passes ? "[env] pass" : "psbc: for networks and package indexes (docs/indexes.md)"};
    if (is_set && !is_inside) out.because.push_back("psbc build says why");
  } else if (is_inside) {
    out.state = "set by psbc";
    out.because = {"psbc: of each session"};
  } else {
    out.because = {"an environment starts from a short list (docs/environment.md), and nothing asks for this one"};
    if (base::service_of_variable(name)) out.changes.push_back({.words = "to have it", .key = {}, .entry = {}, .line = "tokens = [" + config::toml_string(name) + "]", .grants = {"+ token " + name}, .refused = {}});
    else out.changes.push_back({.words = "to have it as it is outside", .key = {}, .entry = {}, .line = "[env] pass = [" + config::toml_string(name) + "]", .grants = {"+ see the variable " + name}, .refused = {}});
  }
  return out;
}

Explained explain_host(const Question& asked, const std::string& name) {
  Explained out{.asked = name, .kind = "host", .state = {}, .where = {}, .because = {}, .changes = {}};
  const policy::Network& network = asked.policy->network;
  out.state = network.access == config::NetworkAccess::none ? "unreachable" : network.access == config::NetworkAccess::ports ? "reachable by some ports" : "reachable";
  out.because.push_back((network.origin.where.empty() ? "psbc: " : because(network.origin) + ": ") + "network " + describe(network));
  if (network.access != config::NetworkAccess::none) out.because.push_back("hosts are not told apart: whatever is reachable, any of them is (docs/network.md)");
  for (const policy::SshHost& host : asked.policy->ssh.hosts)
    if (host.name == name) out.because.push_back("keys of your agent may sign in there: " + because(host.origin));
  return out;
}

bool is_variable(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }) && !(word[0] >= '0' && word[0] <= '9');
}

/// The paths that a word stands for: one, or those that its pattern finds.
std::vector<AbsPath> paths_of(Context& context, const policy::Places& places, const std::string& word) {
  const auto path = word == "~" ? std::optional(places.home) : word.starts_with("~/") ? places.home.join(word.substr(2)) : word.starts_with('/') ? AbsPath::parse(word) : context.cwd.join(word);
  if (!path) return {};
  if (!base::has_glob(word) || context.fs.kind(*path) != base::Kind::absent) return {*path};
  AbsPath root = *path;
  while (base::has_glob(root.string())) root = root.parent();
  std::vector<AbsPath> out;
  if (const auto found = context.fs.glob(root, path->relative_to(root), most_matches))
    for (const std::string& one : *found) out.push_back(root / one);
  return out;
}

std::vector<Explained> answers_to(const Question& asked, const std::string& word) {
  // What looks like a variable is one, unless a file here is called so.
  const bool is_path = word.find('/') != std::string::npos || word.starts_with('~') || word.starts_with('.') || base::has_glob(word);
  const auto here = asked.context.cwd.join(word);
  const bool is_there = here && asked.context.fs.kind(*here) != base::Kind::absent;
  if (!is_path && !is_there && is_variable(word)) return {explain_variable(asked, word)};
  if (!is_path && !is_there && (word == "localhost" || word.find('.') != std::string::npos)) return {explain_host(asked, word)};
  std::vector<Explained> out;
  for (const AbsPath& path : paths_of(asked.context, asked.places, word)) out.push_back(explain_path(asked, asked.shown(path), path));
  return out;
}

std::string json(const Explained& answer) {
  std::string changes = "[";
  for (const Change& change : answer.changes)
    changes += (changes.size() > 1 ? "," : "") + ("{\"what\":" + json_text(change.words) + ",\"line\":" + json_text(change.line) + ",\"grants\":" + base::json_list(change.grants) + ",\"refused\":" +
                                                  (change.refused.empty() ? "null" : json_text(change.refused)) + "}");
  return "{\"asked\":" + json_text(answer.asked) + ",\"kind\":" + json_text(answer.kind) + ",\"state\":" + json_text(answer.state) + ",\"path\":" + (answer.where.empty() ? "null" : json_text(answer.where)) +
         ",\"because\":" + base::json_list(answer.because) + ",\"changes\":" + changes + "]}";
}

std::string text(const Explained& answer) {
  std::string out = base::escape(answer.asked) + ": " + answer.state + "\n";
  if (!answer.where.empty() && answer.where != answer.asked) out += "  it is " + answer.where + "\n";
  for (const std::string& why : answer.because) out += "  " + why + "\n";
  for (const Change& change : answer.changes) {
    out += "  " + change.words + ": " + (change.refused.empty() ? change.line : "no, " + change.refused) + "\n";
    if (change.refused.empty())
      for (const std::string& grant : change.grants) out += "    " + grant + "\n";
  }
  return out;
}

/// Of the paths that the last command which failed was given, those that are not there inside, or not to write.
int explain_last(const Question& asked, bool is_json) {
  const auto last = last_failure(asked.places, policy::project_id(asked.project.root));
  if (!last) {
    complain("no command of `psbc run` failed here", "psbc learn -- CMD says what a command misses");
    return exit_not_trusted;
  }
  std::string out;
  for (const AbsPath& path : last->paths) {
    const Explained answer = explain_path(asked, asked.shown(path), path);
    const bool is_missing = answer.state == to_string(Seen::absent) || answer.state == to_string(Seen::hidden) || answer.state == "private";
    if (is_missing || answer.state == to_string(Seen::read_only)) out += is_json ? (out.empty() ? "" : ",\n") + json(answer) : text(answer);
  }
  if (is_json) print("{\"version\":1,\"program\":" + json_text(last->program) + ",\"status\":" + std::to_string(last->status) + ",\"answers\":[" + out + "]}\n");
  else {
    say(asked.context, "`" + last->program + "` ended with status " + std::to_string(last->status) + (out.empty() ? "; everything that it was told by name is there inside" : "; of what it was told by name:"));
    print(out);
    say(asked.context, "psbc learn -- CMD says all that it looks for");
  }
  return exit_fine;
}

/// Do the settings of this terminal say that it shows UTF-8?
bool shows_utf8(const base::Env& env) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const auto value = env.get(name); value && !value->empty()) return value->find("UTF-8") != std::string::npos || value->find("utf8") != std::string::npos;
  return false;
}

int draw(const Question& asked, const ExplainOptions& options) {
  const Context& context = asked.context;
  const Picture picture = picture_of(asked);
  if (options.map) print(as_text(picture, {.color = context.color && isatty(STDOUT_FILENO) == 1, .ascii = options.ascii || !shows_utf8(context.env)}));
  if (options.html.empty()) return exit_fine;
  if (const auto written = write_page(context, options.html, picture); !written) {
    complain(written.error());
    return exit_machine;
  }
  say(context, "wrote " + base::escape(options.html));
  return exit_fine;
}

} // namespace

int explain(Context& context, const ExplainOptions& options) {
  if (refuse_inside("what is outside cannot be seen from here", "type it in a terminal outside")) return exit_not_trusted;
  int status = exit_fine;
  const auto asked = open_question(context, status);
  if (!asked) return status;
  if (options.last) return explain_last(*asked, options.json);
  if (options.map || !options.html.empty()) return draw(*asked, options);
  if (options.what.empty()) {
    complain("there is nothing to explain", "a path, a pattern in quotes, a VARIABLE or a host; or --last, --map, --html FILE");
    return exit_usage;
  }
  std::string out;
  for (const std::string& word : options.what) {
    const auto answers = answers_to(*asked, word);
    if (answers.empty()) {
      complain("nothing is called `" + base::escape(word) + "`", "a path, a pattern in quotes, a VARIABLE or a host");
      status = exit_not_trusted;
    }
    for (const Explained& answer : answers) out += options.json ? (out.empty() ? "" : ",\n") + json(answer) : text(answer);
  }
  print(options.json ? "{\"version\":1,\"answers\":[" + out + "]}\n" : out);
  return status;
}

} // namespace psbc::cli
