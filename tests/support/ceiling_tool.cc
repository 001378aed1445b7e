// SPDX-License-Identifier: MIT
// Policies under a ceiling as a program, for tests that try thousands of them.
//   ceiling_tool HOME ROOT < CASES    CASES: project's file, user's file, organisation's file, each ended by NUL, again and again.
// For each case a line "STATUS": "error" where one of the files is not valid, "exceeds", "refused" for another error of the build,
// or "built"; then the policy's dump, and that of the same files without a ceiling (empty where there is none); each ended by NUL.
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>

#include "config/load.h"
#include "policy/lower.h"
#include "policy/passes/passes.h"

using namespace psbc;
using base::AbsPath;

namespace {

std::string next(const std::string& all, std::size_t& at) {
  const std::size_t end = all.find('\0', at);
  std::string out = all.substr(at, end - at);
  at = end + 1;
  return out;
}

struct Outcome {
  std::string status, dump;
};

Outcome lowered(const policy::LowerInput& in) {
  diag::Diagnostics diagnostics;
  auto policy = policy::lower(in, diagnostics);
  std::string broken;
  auto done = policy ? policy::run_passes(std::move(*policy), broken) : std::nullopt;
  if (done) return {.status = "built", .dump = dump(*done)};
  for (const diag::Diagnostic& one : diagnostics.all())
    if (one.code == diag::Code::exceeds_policy) return {.status = "exceeds", .dump = {}};
  return {.status = "refused", .dump = {}};
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string cases{std::istreambuf_iterator<char>(std::cin), {}};
  base::RealFs fs;
  const base::Env env(std::map<std::string, std::string, std::less<>>{{"HOME", argv[1]}});
  const auto places = policy::find_places(fs, env);
  const AbsPath root = AbsPath::literal(argv[2]);
  if (!places) return 2;
  for (std::size_t at = 0; at < cases.size();) {
    const diag::SourceFile project_file((root / ".python-sandbox.toml").string(), next(cases, at)), user_file(places->user_config().string(), next(cases, at)),
        ceiling_file("/etc/psbc/policy.toml", next(cases, at));
    diag::Diagnostics diagnostics;
    const auto project = config::load_project(project_file, diagnostics);
    const auto user = config::load_user(user_file, diagnostics);
    const auto ceiling = config::load_ceiling(ceiling_file, diagnostics);
    Outcome capped{.status = "error", .dump = {}}, plain;
    if (project && user && ceiling) {
      policy::LowerInput in{.project = *project, .user = *user, .places = *places, .root = root, .config_file = root / ".python-sandbox.toml", .self = AbsPath::literal("/usr/bin/psbc"), .fs = fs, .env = env};
      plain = lowered(in);
      in.ceiling = &*ceiling;
      capped = lowered(in);
    }
    std::cout << capped.status << '\0' << capped.dump << '\0' << plain.dump << '\0';
  }
}
