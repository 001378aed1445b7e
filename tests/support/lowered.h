// SPDX-License-Identifier: MIT
// A developer's machine in memory and a project in it, lowered to a policy: the start of most tests of
// src/policy.
#pragma once

#include <deque>

#include "config/config.h"
#include "policy/lower.h"
#include "policy/passes/passes.h"
#include "support/memory_fs.h"

namespace psbc::test {

class Machine {
 public:
  MemoryFs fs;
  std::map<std::string, std::string, std::less<>> variables{{"HOME", "/home/u"}};
  config::ProjectConfig project;
  config::UserConfig user;
  diag::Diagnostics diagnostics;

  Machine() {
    for (const char* path : {"/bin", "/dev", "/etc", "/home/u/code/lab", "/home/u/envs", "/media", "/mnt", "/opt", "/proc", "/run",
                             "/srv", "/sys", "/tmp", "/usr/bin", "/var"})
      fs.directory(path);
    fs.file("/home/u/code/lab/.python-sandbox.toml", "name = \"lab\"\n").file("/usr/bin/psbc").file("/etc/resolv.conf");
    project.name = said("lab");
  }

  /// A string as if it stood on a line of its own in the project's file.
  config::SpannedString said(const std::string& text) {
    const auto& source = sources_.emplace_back("/home/u/code/lab/.python-sandbox.toml", text + "\n");
    return {.value = text, .span = {.file = &source, .begin = 0, .end = static_cast<std::uint32_t>(text.size())}};
  }

  std::optional<policy::Policy> lower(std::string_view root = "/home/u/code/lab") {
    const base::Env env(variables);
    const auto places = policy::find_places(fs, env);
    const auto path = base::AbsPath::literal(root);
    return policy::lower({.project = project, .user = user, .places = *places, .root = path,
                          .config_file = path / ".python-sandbox.toml", .self = base::AbsPath::literal("/usr/bin/psbc"),
                          .fs = fs, .env = env},
                         diagnostics);
  }

  /// Lowered and through all passes; fails loudly when psbc breaks its own law.
  std::optional<policy::Policy> compile(std::string_view root = "/home/u/code/lab") {
    auto policy = lower(root);
    if (!policy) return std::nullopt;
    std::string broken;
    auto done = policy::run_passes(std::move(*policy), broken);
    if (!done) throw std::runtime_error(broken);
    return done;
  }

  std::vector<std::string> codes() const {
    std::vector<std::string> out;
    for (const auto& diagnostic : diagnostics.sorted()) out.emplace_back(diag::slug(diagnostic.code));
    return out;
  }

 private:
  std::deque<diag::SourceFile> sources_;
};

/// What the policy says of exactly this path; "" when it does not name it.
inline std::string access_of(const policy::Policy& policy, std::string_view path) {
  for (const auto& rule : policy.rules)
    if (rule.path.string() == path) return std::string(to_string(rule.access));
  return "";
}

} // namespace psbc::test
