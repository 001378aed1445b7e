// SPDX-License-Identifier: MIT
// Fuzz target: any bytes as a project's file, all the way to the profiles. The machine is one in memory
// on which whatever the file names does exist, so that odd paths reach the emitter. It holds that no law
// of the policy breaks, and that no input yields a line that firejail reads as anything else.
#include <cstdlib>
#include <deque>

#include "config/load.h"
#include "emit/enter_plan.h"
#include "emit/firejail.h"
#include "emit/lexer.h"
#include "emit/shell.h"
#include "policy/lower.h"
#include "policy/passes/passes.h"
#include "support/memory_fs.h"

namespace {

using namespace psbc;
using base::AbsPath;

void require(bool condition) {
  if (!condition) std::abort();
}

/// Makes what an entry names: a directory when it ends with a slash, else a file.
void make(test::MemoryFs& fs, const AbsPath& root, const std::string& text) {
  std::optional<AbsPath> path;
  if (text.starts_with("~/")) path = AbsPath::literal("/home/u").join(text.substr(2));
  else path = text.starts_with('/') ? AbsPath::parse(text) : root.join(text);
  if (!path || !path->is_strictly_under(AbsPath::literal("/home/u")) || path->components().size() > 12) return;
  for (AbsPath at = path->parent(); at.is_strictly_under(root); at = at.parent())
    if (fs.kind(at) != base::Kind::absent && fs.kind(at) != base::Kind::directory) return;
  if (fs.kind(*path) != base::Kind::absent) return;
  if (text.ends_with('/')) fs.directory(path->string());
  else fs.file(path->string());
}

void check_profile_text(const std::string& profile, emit::FirejailVersion version) {
  const emit::Lexed lexed = emit::lex(profile, version);
  require(!lexed.aborts && lexed.deaf.empty());
  for (const emit::Line& line : lexed.lines)
    require(line.directive != "include" && line.directive != "ignore" && line.directive != "noblacklist" && line.directive != "join");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const diag::SourceFile source("/home/u/code/lab/.python-sandbox.toml", std::string(reinterpret_cast<const char*>(data), size));
  diag::Diagnostics diagnostics;
  const auto config = config::load_project(source, diagnostics);
  if (!config) return 0;

  const AbsPath root = AbsPath::literal("/home/u/code/lab");
  test::MemoryFs fs;
  for (const char* path : {"/bin", "/dev", "/etc", "/home/u/envs", "/opt", "/proc", "/run", "/srv", "/sys", "/tmp", "/usr/bin", "/var"})
    fs.directory(path);
  fs.file("/home/u/code/lab/.python-sandbox.toml").file("/usr/bin/psbc").directory("/home/u/code/lab/.git/hooks").file("/home/u/code/lab/.git/config");
  for (const auto* list : {&config->readonly, &config->writable, &config->hidden})
    for (const auto& entry : *list) make(fs, root, entry.value);

  const base::Env env(std::map<std::string, std::string, std::less<>>{{"HOME", "/home/u"}});
  const auto places = policy::find_places(fs, env);
  require(static_cast<bool>(places));
  const config::UserConfig user;
  auto policy = policy::lower({.project = *config, .user = user, .places = *places, .root = root,
                               .config_file = root / ".python-sandbox.toml", .self = AbsPath::literal("/usr/bin/psbc"), .fs = fs, .env = env},
                              diagnostics);
  require(policy.has_value() != diagnostics.has_errors());
  if (!policy) return 0;
  std::string broken;
  const auto done = policy::run_passes(std::move(*policy), broken);
  require(done.has_value());
  require(emit::parse_enter_plan(emit::serialise(emit::make_enter_plan(*done))).has_value());
  for (const policy::Shell& shell : policy::shell_table())
    require(emit::emit_shell(shell, *done, emit::builtin_templates(), diagnostics).has_value());
  for (const emit::FirejailVersion version : {emit::FirejailVersion{0, 9, 72}, emit::FirejailVersion{0, 9, 74}})
    for (const auto variant : {emit::Variant::enter, emit::Variant::standalone}) {
      const auto profile = emit::emit_firejail({.policy = *done, .version = version, .variant = variant, .templates = emit::builtin_templates(),
                                                .matches = [&](const std::string& glob) { return emit::count_matches(fs, glob); }},
                                               diagnostics);
      require(profile.has_value() != diagnostics.has_errors());
      if (!profile) return 0;
      check_profile_text(*profile, version);
    }
  return 0;
}
