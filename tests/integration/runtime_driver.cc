// SPDX-License-Identifier: MIT
// Enters a sandbox from a hand-written profile and plan, so that runtime/ is tested without the
// compiler above it: runtime_*.py write the profile and call this.
//   runtime_driver session DIR ID NAME ROOT        writes DIR/session
//   runtime_driver run KEY=VALUE... -- COMMAND...  see `apply`
//   runtime_driver where                           prints the id of the sandbox that this is in
//   runtime_driver jail-init                       what firejail starts
#include <cstdio>
#include <string>
#include <string_view>
#include <unistd.h>

#include "base/file.h"
#include "emit/filters.h"
#include "runtime/enter.h"
#include "runtime/inside.h"
#include "runtime/jail_init.h"

using namespace psbc;

namespace {

struct Options {
  emit::EnterPlan plan;
  std::string profile, firejail = "/usr/bin/firejail", version = "0.9.72", psbc, cwd;
};

std::pair<std::string, std::string> halves(const std::string& text, char separator) {
  const std::size_t at = text.find(separator);
  return {text.substr(0, at), at == std::string::npos ? std::string() : text.substr(at + 1)};
}

bool apply(Options& options, const std::string& key, const std::string& value) {
  emit::EnterPlan& plan = options.plan;
  if (key == "profile") options.profile = value;
  else if (key == "firejail") options.firejail = value;
  else if (key == "firejail-version") options.version = value;
  else if (key == "psbc") options.psbc = value;
  else if (key == "cwd") options.cwd = value;
  else if (key == "name") plan.name = value;
  else if (key == "id") plan.id = value;
  else if (key == "home") plan.home = value;
  else if (key == "project") plan.project = value;
  else if (key == "root") plan.root = value;
  else if (key == "session") plan.session = value;
  else if (key == "environment") plan.environment = value;
  else if (key == "pass") plan.pass.push_back(value);
  else if (key == "set") plan.variables.push_back(halves(value, '='));
  else if (key == "alias") plan.aliases.push_back(halves(value, '='));
  else if (key == "hidden") plan.hidden.push_back(value);
  else if (key == "read-only") plan.read_only.push_back(value);
  else if (key == "pinned") plan.pinned.push_back(value);
  else if (key == "network") plan.network = value == "none" ? config::NetworkAccess::none : config::NetworkAccess::full;
  else if (key == "writable") plan.writable.push_back(value);
  else if (key == "directory") plan.directories.push_back(value);
  else if (key == "file" || key == "block") {
    auto [path, content] = halves(value, '=');
    plan.home_files.push_back({.path = path, .content = content, .block = key == "block"});
  } else return false;
  return true;
}

int fail(const base::Error& error, int status) {
  std::fprintf(stderr, "psbc: %s\n", base::describe(error).c_str());
  if (!error.hint.empty())
    std::fprintf(stderr, "psbc: %s\n", error.hint.c_str());
  return status;
}

int run(int argc, char** argv) {
  Options options;
  int at = 2;
  for (; at < argc && std::string_view(argv[at]) != "--"; ++at) {
    const auto [key, value] = halves(argv[at], '=');
    if (!apply(options, key, value))
      return fail({.operation = "understand", .object = argv[at]}, 2);
  }
  const base::Env environment = base::Env::from_process();
  const runtime::EnterResult result = runtime::enter({.plan = options.plan,
                                                      .filter = std::string(emit::filter_for(config::NetworkAccess::full)),
                                                      .profile = base::AbsPath::literal(options.profile),
                                                      .psbc = base::AbsPath::literal(options.psbc),
                                                      .firejail = base::AbsPath::literal(options.firejail),
                                                      .version = emit::parse_firejail_version("firejail version " + options.version).value(),
                                                      .command = {argv + at + 1, argv + argc},
                                                      .cwd = base::AbsPath::literal(options.cwd),
                                                      .environment = environment});
  return result.failure ? fail(result.failure->error, result.status) : result.status;
}

} // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "";
  if (mode == "jail-init")
    return runtime::jail_init_main();
  if (mode == "run")
    return run(argc, argv);
  if (mode == "where") {
    const auto session = runtime::inside_session();
    std::puts(session ? (session->id + " " + session->name + " " + session->root).c_str() : "nowhere");
    return 0;
  }
  if (mode == "session" && argc == 6) {
    const std::string bytes = emit::serialise(emit::InsideSession{.root = argv[5], .name = argv[4], .id = argv[3]});
    const auto written = base::write_atomically(base::AbsPath::literal(argv[2]) / "session", bytes, 0600);
    return written ? 0 : fail(written.error(), 4);
  }
  return 2;
}
