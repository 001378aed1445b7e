// SPDX-License-Identifier: MIT
#include "runtime/token_values.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/text.h"
#include "runtime/ask.h"
#include "runtime/host_program.h"
#include "runtime/host_secret.h"
#include "runtime/netrc.h"
#include "runtime/source_process.h"

namespace psbc::runtime {
namespace {

using config::SourceOutput;
using config::SourceReader;
using std::chrono::steady_clock;

/// A token, its source, and what came of it: bytes, or the cause why there are none.
struct Wanted {
  const emit::PlannedToken& token;
  policy::TokenSource source;
  base::Secret bytes{};
  std::string cause{};
  std::string hint{};

  void fail(std::string why, std::string what_to_type) {
    cause = std::move(why);
    hint = std::move(what_to_type);
  }
  void fail(const base::Error& error) { fail(base::describe(error), error.hint); }
};

std::string shown_as_code(std::string_view text) { return "`" + base::escape(text) + "`"; }

/// One program, and the tokens that come from it: what one call of `aws` gave belongs together.
struct Program {
  std::vector<Wanted*> tokens;
  std::optional<SourceProcess> process{};
  bool is_done = false;

  const policy::TokenSource& source() const { return tokens.front()->source; }
  std::string shown() const { return shown_as_code(source().written); }
  void fail(const std::string& why, const std::string& what_to_type) {
    for (Wanted* const wanted : tokens) wanted->fail(why, what_to_type);
    is_done = true;
  }
  std::string try_it() const {
    std::string words;
    for (const std::string& word : source().words) words += " " + word;
    return source().hint.empty() ? "see what it says:" + base::escape(words) : source().hint;
  }
};

class Programs {
 public:
  Programs(const TokenRequest& request, std::vector<Wanted>& all) : request_(request) {
    for (Wanted& wanted : all) {
      if (wanted.source.reader != SourceReader::command) continue;
      const auto same = std::find_if(programs_.begin(), programs_.end(),
                                     [&](const Program& known) { return known.source().words == wanted.source.words; });
      if (same != programs_.end()) same->tokens.push_back(&wanted);
      else programs_.push_back({.tokens = {&wanted}});
    }
  }

  void run() {
    if (programs_.empty()) return;
    std::vector<std::string> writable = request_.plan.writable;
    writable.push_back(request_.plan.root);
    const HostPrograms host(request_.host, std::move(writable));
    const auto begin = steady_clock::now();
    for (long next_report = 5; start_next(host), is_any_left(); next_report = report(begin, next_report)) {
      if (steady_clock::now() - begin > std::chrono::milliseconds(request_.timeout_ms)) return give_up();
      wait();
      for (Program& program : programs_)
        if (program.process && !program.is_done && program.process->proceed()) finish(program);
    }
  }

 private:
  bool is_any_left() const {
    return std::any_of(programs_.begin(), programs_.end(), [](const Program& program) { return !program.is_done; });
  }

  void start_next(const HostPrograms& host) {
    for (Program& program : programs_) {
      if (program.is_done || program.process) continue;
      const bool terminal_is_taken = std::any_of(programs_.begin(), programs_.end(), [](const Program& other) {
        return other.source().terminal && other.process && !other.is_done;
      });
      if (program.source().terminal && terminal_is_taken) continue;
      const std::vector<std::string>& words = program.source().words;
      const auto path = host.find(words[0]);
      if (!path) {
        const std::string& install = program.source().install;
        program.fail(base::describe(path.error()), path.error().code == ENOENT && !install.empty() ? "install it: " + install : path.error().hint);
        continue;
      }
      if (const auto judged = program.source().is_command ? host.judge_words(words) : base::ok(); !judged) {
        program.fail(base::describe(judged.error()), judged.error().hint);
        continue;
      }
      auto process = SourceProcess::start(*path, words, host.environment(), request_.plan.home);
      if (process) program.process.emplace(std::move(*process));
      else program.fail(base::describe(process.error()), {});
    }
  }

  void wait() const {
    constexpr int look_again_ms = 50; // for the end of a program whose output a daemon holds open
    std::vector<pollfd> waiting;
    bool has_closed = false;
    for (const Program& program : programs_) {
      if (!program.process || program.is_done) continue;
      if (program.process->descriptor() < 0) has_closed = true;
      waiting.push_back({.fd = program.process->descriptor(), .events = POLLIN, .revents = 0});
    }
    poll(waiting.data(), waiting.size(), has_closed ? 1 : look_again_ms);
  }

  void finish(Program& program) const {
    program.is_done = true;
    const int status = program.process->status();
    if (program.process->is_too_long()) {
      program.fail(program.shown() + " prints more than 64 KiB", "that is no token: name a program that prints it alone");
    } else if (status != 0) {
      program.fail(program.shown() + " ended with status " + std::to_string(status), program.try_it());
    } else {
      for (Wanted* const wanted : program.tokens) wanted->bytes = base::Secret::copy_of(program.process->output().view());
    }
    program.process.reset();
  }

  void give_up() {
    for (Program& program : programs_) {
      if (program.is_done) continue;
      program.process.reset();
      program.fail(program.shown() + " gave no answer in " + std::to_string(request_.timeout_ms / 1000) + " s",
                   program.try_it() + "; PSBC_TOKEN_TIMEOUT=SECONDS waits longer");
    }
  }

  long report(steady_clock::time_point begin, long next) const {
    const long seconds = std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - begin).count();
    if (seconds < next) return next;
    if (request_.is_terminal)
      for (const Program& program : programs_)
        if (program.process && !program.is_done)
          request_.say("psbc: waiting for " + program.shown() + " ... " + std::to_string(seconds) + " s");
    return next * 2;
  }

  const TokenRequest& request_;
  std::vector<Program> programs_;
};

void look_up(const TokenRequest& request, Wanted& wanted, std::vector<std::string>& notes) {
  const policy::TokenSource& source = wanted.source;
  if (source.reader == SourceReader::variable) {
    const auto value = request.host.all().find(source.words[0]);
    if (value != request.host.all().end()) wanted.bytes = base::Secret::copy_of(value->second);
    else wanted.fail("the variable " + source.words[0] + " is not set here", "set it, or name another source: psbc tokens set " + source.name + " ...");
    return;
  }
  const bool is_stored = source.reader == SourceReader::stored;
  HostSecret found = is_stored ? read_stored_token(request.host, request.plan, source.words.empty() ? "" : source.words[0])
                               : read_secret_file(source.words[0], request.plan);
  if (!found.note.empty()) notes.push_back(source.name + ": " + found.note);
  if (!found.cause.empty()) return wanted.fail(std::move(found.cause), found.hint.empty() ? source.hint : std::move(found.hint));
  wanted.bytes = std::move(found.bytes);
}

/// What of the bytes is the token; false with a cause when it cannot be one.
bool cut(Wanted& wanted, bool as_file) {
  std::string_view text = wanted.bytes.view();
  const std::string from = shown_as_code(wanted.source.written);
  if (wanted.source.output == SourceOutput::first_line && !as_file) text = text.substr(0, text.find('\n'));
  if (wanted.source.output == SourceOutput::assignment) {
    const std::string name = wanted.token.name + "=";
    std::string_view value;
    for (const std::string_view line : base::split(text, '\n'))
      if (line.starts_with(name)) value = line.substr(name.size());
    if (value.empty()) {
      wanted.fail(from + " gives no " + wanted.token.name, "it prints lines NAME=value: name the token like one of them");
      return false;
    }
    text = value;
  }
  // Programs end what they print with a line break, and editors files; a file of several lines stays as it is.
  if (text.find('\n') + 1 == text.size() && !text.empty()) text.remove_suffix(1);
  if (text.ends_with('\r') && !as_file) text.remove_suffix(1);
  const auto refuse = [&](std::string why, std::string what_to_type) {
    wanted.fail(from + " " + std::move(why), std::move(what_to_type));
    return false;
  };
  if (text.empty()) return refuse("is empty", "put the token there, or name another source");
  if (text.size() > max_secret) return refuse("holds more than 64 KiB", "that is no token");
  if (!as_file && text.find('\0') != std::string_view::npos) return refuse("holds a NUL byte, which no variable can", "deliver it as a file: as = \"file\"");
  if (!as_file && text.find_first_of("\n\r") != std::string_view::npos)
    return refuse("holds more than one line",
                  "name a source that gives the token alone; what tools read from a file is delivered by as = \"file\"");
  wanted.bytes = base::Secret::copy_of(text);
  return true;
}

/// Adds a line for each host that asks for this token.
base::Status add_logins(const std::vector<emit::PlannedLogin>& logins, const Wanted& wanted, std::vector<base::Secret>& lines) {
  for (const emit::PlannedLogin& login : logins) {
    if (login.token != wanted.token.name) continue;
    TRY_ASSIGN(base::Secret line, netrc_line(login, wanted.bytes.view()));
    lines.push_back(std::move(line));
  }
  return base::ok();
}

SecretFile netrc_of(const std::vector<base::Secret>& lines) {
  std::size_t size = 0;
  for (const base::Secret& line : lines) size += line.view().size();
  SecretFile file{.path = std::string(netrc_path), .variable = {}, .bytes = base::Secret(size)};
  for (const base::Secret& line : lines) file.bytes.append(line.view());
  return file;
}

std::string how_to_set(const TokenRequest& request, const emit::PlannedToken& token) {
  const std::string kind = token.read_only ? " --kind read" : "";
  const std::string read_only = token.name + "_READONLY";
  const std::string from = token.read_only && request.host.get(read_only) ? "env:" + read_only
                           : request.host.get(token.name)                ? "env:" + token.name
                           : token.read_only                              ? "env:" + read_only
                                                                          : "ask:";
  return "psbc tokens set " + token.name + " " + from + kind + " --here";
}

} // namespace

Tokens find_tokens(const TokenRequest& request) {
  Tokens tokens;
  std::vector<Wanted> all;
  all.reserve(request.plan.tokens.size()); // Programs points into it
  for (const emit::PlannedToken& token : request.plan.tokens) {
    auto source = request.source_of(token.name);
    if (source) {
      if (token.read_only && source->kind != config::TokenKind::read)
        tokens.notes.push_back(token.name + ": the project asks for the read-only kind, and " + source->where +
                               " does not say that yours is one (kind = \"read\")");
      all.push_back({.token = token, .source = std::move(*source)});
    } else if (token.optional) {
      tokens.notes.push_back(token.name + " is absent: you have named no source for it (" + how_to_set(request, token) + ")");
    } else {
      tokens.problems.push_back({.operation = "get the token", .object = token.name, .cause = "you have named no source for it",
                                 .hint = how_to_set(request, token)});
    }
  }
  // Nobody is asked for a passphrase when nothing will be entered anyway.
  if (!tokens.problems.empty()) return tokens;

  for (Wanted& wanted : all)
    if (wanted.source.reader != SourceReader::command && wanted.source.reader != SourceReader::ask) look_up(request, wanted, tokens.notes);
  Programs(request, all).run();
  for (Wanted& wanted : all) {
    if (wanted.source.reader != SourceReader::ask) continue;
    auto line = ask_on_terminal("psbc: " + wanted.token.name + ": ");
    if (line) wanted.bytes = std::move(*line);
    else wanted.fail(line.error());
  }

  std::vector<base::Secret> logins;
  for (Wanted& wanted : all) {
    const std::string pointer = policy::pointer_of(wanted.source);
    if (wanted.cause.empty() && cut(wanted, !pointer.empty()))
      if (const base::Status added = add_logins(request.plan.logins, wanted, logins); !added) wanted.fail(added.error());
    if (wanted.cause.empty()) {
      tokens.delivered.push_back({.name = wanted.token.name, .source = wanted.source.kind_of_source, .as_file = !pointer.empty()});
      if (pointer.empty()) tokens.variables.push_back({.name = wanted.token.name, .value = std::move(wanted.bytes)});
      else tokens.files.push_back({.path = std::string(policy::secret_directory) + "/" + wanted.token.name, .variable = pointer, .bytes = std::move(wanted.bytes)});
      continue;
    }
    const std::string cause = wanted.cause + " (" + base::escape(wanted.source.where) + ")";
    if (wanted.token.optional) tokens.notes.push_back(wanted.token.name + " is absent: " + cause);
    else tokens.problems.push_back({.operation = "get the token", .object = wanted.token.name, .cause = cause, .hint = wanted.hint});
  }
  if (!logins.empty()) tokens.files.push_back(netrc_of(logins));
  return tokens;
}

} // namespace psbc::runtime
