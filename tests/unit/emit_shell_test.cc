// SPDX-License-Identifier: MIT
// What the shells make of it: tests/integration/emit_bash_test.py and shells_test.py.
#include "emit/shell.h"

#include "support/catch.h"

using namespace psbc;

namespace {
policy::Policy named(std::string name) {
  return {.name = std::move(name), .id = "x-0", .home = base::AbsPath::literal("/h"), .project = base::AbsPath::literal("/h/p"),
          .root = base::AbsPath::literal("/h/r"), .session = base::AbsPath::literal("/h/s"),
             .temporary = base::AbsPath::literal("/tmp/psbc-1000/0123456789ab"), .environment = base::AbsPath::literal("/h/it's")};
}
const policy::Shell& bash = *policy::find_shell("bash");
std::string text_of(const policy::Policy& policy) {
  diag::Diagnostics diagnostics;
  return emit::emit_shell(bash, policy, emit::builtin_templates(), diagnostics).value();
}
} // namespace

TEST_CASE("only quoted values reach the shell") {
  diag::Diagnostics diagnostics;
  const auto text = emit::emit_shell(bash, named("a'b$(x)`y`\n"), emit::builtin_templates(), diagnostics);
  REQUIRE(text);
  CHECK(text->find("export JAILED_ENV='a'\\''b$(x)`y`'$'\\n'''\n") != std::string::npos);
}

TEST_CASE("the values of the policy are in their places") {
  policy::Policy policy = named("lab");
  CHECK(text_of(policy).find("export JAILED_ENV='lab'\n") != std::string::npos);
  CHECK(text_of(policy).find("__psbc_environment='/h/it'\\''s'\n") != std::string::npos);
  CHECK(text_of(policy).find("HISTFILE='/h/r/state/bash_history'\n") != std::string::npos);
  policy.variables.push_back({"HISTFILE", "/h/r/other", {}});
  CHECK(text_of(policy).find("HISTFILE='/h/r/other'\n") != std::string::npos);
}

TEST_CASE("a wrong hole in a user's snippet is a diagnostic") {
  emit::Templates templates = emit::builtin_templates();
  templates.all.find("shell/inside.bash")->second.text += "@{wrong}\n";
  diag::Diagnostics diagnostics;
  CHECK_FALSE(emit::emit_shell(bash, named("lab"), templates, diagnostics));
  CHECK(diagnostics.all().at(0).code == diag::Code::bad_template);
}
