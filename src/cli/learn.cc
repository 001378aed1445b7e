// SPDX-License-Identifier: MIT
// psbc learn: a command runs inside, as ever, and what it looked for in vain is told, with the lines that would grant it. The sandbox is
// never lifted for it: what a hijacked package would do with more is not found out.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/question.h"
#include "cli/unified_diff.h"
#include "policy/explain.h"
#include "runtime/strace_log.h"

namespace psbc::cli {
namespace {

using base::AbsPath;
using base::json_text;
using policy::Seen;

constexpr std::size_t log_limit = 64U << 20U; // bytes
constexpr const char* strace = "/usr/bin/strace";

/// What is there outside, was looked for, and is not so inside.
struct Missed {
  AbsPath path;
  std::string call, error;
  bool writes, is_socket;
};

struct Learned {
  std::vector<Change> offered;
  std::vector<std::pair<Missed, std::string>> refused; // and why
};

/// The file that the command inside wrote; it may have put anything in its place.
std::string take_log(const AbsPath& path) {
  const base::Fd file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  unlink(path.c_str());
  struct stat found {};
  if (!file || fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) return "";
  const auto text = base::read_all(file.get(), log_limit, path.string());
  return text ? *text : "";
}

/// Where that is outside, `..` and all; what is not there is in a directory that is.
std::optional<AbsPath> located(const std::string& text) {
  if (auto path = AbsPath::parse(text)) return path;
  if (auto real = base::real_path(text)) return *real;
  const std::size_t name = text.rfind('/');
  const auto directory = base::real_path(text.substr(0, name));
  return directory ? directory->join(text.substr(name + 1)) : std::nullopt;
}

/// What is there outside at this path, or at the nearest directory above it when something was to be made there.
std::optional<Missed> missed(Question& question, const runtime::FailedCall& call) {
  const auto path = located(call.path);
  if (!path) return std::nullopt;
  base::RealFs fs;
  AbsPath at = *path;
  while (call.writes && fs.kind(at) == base::Kind::absent && at.is_strictly_under(question.places.home)) at = at.parent();
  const auto real = resolve(fs, at);
  if (!real || real->kind == base::Kind::absent || at == question.places.home) return std::nullopt;
  const policy::Explanation found = policy::explain(*question.policy, fs, at);
  const bool is_missing = found.written == nullptr && (found.seen == Seen::hidden || (found.seen == Seen::absent && !found.leads));
  const bool is_kept = call.writes && found.seen == Seen::read_only && found.rule != nullptr && found.rule->origin.source == policy::Origin::Source::project;
  if (!is_missing && !is_kept) return std::nullopt;
  return Missed{.path = real->path, .call = call.call, .error = call.error, .writes = call.writes, .is_socket = call.is_socket};
}

/// Each place once, and none that holds another one that was looked for: a program looks at a directory before it opens a file in it.
std::vector<Missed> narrowest(std::vector<Missed> all) {
  std::vector<Missed> out;
  for (const Missed& one : all) {
    const auto same = std::find_if(out.begin(), out.end(), [&](const Missed& other) { return other.path == one.path && other.is_socket == one.is_socket; });
    if (same != out.end()) same->writes = same->writes || one.writes;
    else if (std::none_of(all.begin(), all.end(), [&](const Missed& other) { return other.path.is_strictly_under(one.path); })) out.push_back(one);
  }
  return out;
}

Learned learned(Question& question, const std::vector<Missed>& all) {
  Learned out;
  for (const Missed& one : all) {
    const Seen seen = policy::explain(*question.policy, question.context.fs, one.path).seen;
    if (seen == Seen::hidden) {
      out.refused.emplace_back(one, "it is hidden, and that was asked for");
      continue;
    }
    Change change = what_if(question, one.is_socket ? "to connect to it" : one.writes ? "to write it" : "to read it", one.is_socket ? "sockets" : one.writes ? "writable" : "readonly", one.path);
    if (change.refused.empty() && !change.grants.empty()) out.offered.push_back(std::move(change));
    else out.refused.emplace_back(one, change.refused.empty() ? "the file cannot be changed that way" : change.refused);
  }
  return out;
}

/// What a hijacked package does with such a line.
std::string risk_of(const std::string& key) {
  if (key == "writable") return "can change it, and what reads it outside gets that";
  if (key == "sockets") return "can ask whatever listens there";
  return "can read it, and send it away where the network is open";
}

std::string diff_of(const Question& question, const Learned& learned) {
  const auto after = learned.offered.empty() ? std::nullopt : with_entries(question.text, learned.offered);
  return after ? unified_diff(driver::config_name, question.text, *after, "now") : "";
}

std::string json(const Question& question, const Learned& learned, int status) {
  std::string offered, refused;
  for (const Change& one : learned.offered)
    offered += (offered.empty() ? "" : ",") + ("{\"key\":" + json_text(one.key) + ",\"entry\":" + json_text(one.entry) + ",\"grants\":" + base::json_list(one.grants) + ",\"risk\":" + json_text(risk_of(one.key)) + "}");
  for (const auto& [one, why] : learned.refused)
    refused += (refused.empty() ? "" : ",") + ("{\"path\":" + json_text(one.path.string()) + ",\"why\":" + json_text(why) + "}");
  return "{\"version\":1,\"status\":" + std::to_string(status) + ",\"offered\":[" + offered + "],\"refused\":[" + refused + "],\"diff\":" + json_text(diff_of(question, learned)) + "}\n";
}

void tell(const Question& question, const Learned& learned, int status) {
  Context& context = question.context;
  say(context, "");
  if (learned.offered.empty() && learned.refused.empty()) {
    say(context, "psbc: ended with status " + std::to_string(status) + "; it looked for nothing that is there outside and not inside");
    return;
  }
  if (status == 0) say(context, "psbc: ended with status 0; what it looked for and did not find, it can do without");
  else say(context, "psbc: ended with status " + std::to_string(status) + "; it looked for what is there outside and not inside");
  if (!learned.offered.empty()) {
    say(context, "psbc: what each line grants, and what a hijacked package would do with it:");
    for (const Change& one : learned.offered)
      for (const std::string& grant : one.grants) say(context, "  " + grant + ": " + risk_of(one.key));
  }
  for (const auto& [one, why] : learned.refused) say(context, "psbc: not offered: " + question.shown(one.path) + ": " + base::escape(why));
}

} // namespace

int learn(Context& context, const LearnOptions& options) {
  if (refuse_inside("what is outside cannot be seen from here", "type it in a terminal outside")) return exit_not_trusted;
  if (options.command.empty()) {
    complain("there is no command to learn from", "write it after `--`, such as: psbc learn -- python3 train.py");
    return exit_usage;
  }
  if (context.fs.kind(AbsPath::literal(strace)) != base::Kind::file) {
    complain("strace is not installed, which sees what a command looks for", "sudo apt install strace");
    return exit_machine;
  }
  int status = exit_fine;
  const auto question = open_question(context, status);
  if (!question) return status;
  // Writable inside, and outside of the project; the name is nobody's to guess before.
  const AbsPath log = question->policy->root / ("learn-" + std::to_string(getpid()) + ".log");
  EnterOptions entering;
  entering.is_run = true;
  entering.command = {strace};
  for (std::string& word : runtime::strace_arguments(log.string())) entering.command.push_back(std::move(word));
  entering.command.insert(entering.command.end(), options.command.begin(), options.command.end());
  const int ended = enter(context, entering);
  const bool was_run = context.fs.kind(log) != base::Kind::absent;
  const std::string text = take_log(log);
  if (!was_run) {
    if (ended < exit_own_failure) warn("what the command looked for is not known: it took the record away"); // else it was said why
    return ended;
  }

  std::vector<Missed> all;
  for (const runtime::FailedCall& call : runtime::read_strace(text, context.cwd.string()))
    if (auto one = missed(*question, call)) all.push_back(std::move(*one));
  const Learned found = learned(*question, narrowest(std::move(all)));
  if (options.json) {
    print(json(*question, found, ended));
  } else {
    tell(*question, found, ended);
    print(diff_of(*question, found));
  }
  return ended;
}

} // namespace psbc::cli
