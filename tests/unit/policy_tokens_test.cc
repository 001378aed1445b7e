// SPDX-License-Identifier: MIT
#include "policy/token_source.h"

#include "config/load.h"
#include "support/catch.h"
#include "support/lowered.h"

namespace psbc::policy {
namespace {

using base::AbsPath;

std::string source_for(std::string_view root, std::string_view name, const std::string& file, base::Fs& fs) {
  const diag::SourceFile text("/home/u/.config/psbc/config.toml", file);
  diag::Diagnostics diagnostics;
  const auto user = config::load_user(text, diagnostics);
  REQUIRE(user);
  const auto found = find_token_source(*user, fs, AbsPath::literal(root), AbsPath::literal("/home/u"), {AbsPath::literal(root)}, name);
  return found ? found->written + " " + found->where : "none";
}

TEST_CASE("a token's source is the one of the project's root, else the one for all, and never another project's") {
  test::Machine machine;
  machine.fs.directory("/home/u/code/other").link("/home/u/work", "/home/u/code");
  const std::string file = "[tokens.T]\nfrom = \"env:ALL\"\n"
                           "[projects.\"~/work/lab\".tokens.T]\nfrom = [\"print\", \"it\"]\n"
                           "[projects.\"~/code/other\".tokens.U]\nfrom = \"ask:\"\n";
  CHECK(source_for("/home/u/code/lab", "T", file, machine.fs) == "print it ~/.config/psbc/config.toml:4");
  CHECK(source_for("/home/u/code/other", "T", file, machine.fs) == "env:ALL ~/.config/psbc/config.toml:2");
  CHECK(source_for("/home/u/code/lab/sub", "T", file, machine.fs) == "env:ALL ~/.config/psbc/config.toml:2");
  CHECK(source_for("/home/u/code/lab", "U", file, machine.fs) == "none");
}

TEST_CASE("a link that a session made brings no token of another project") {
  test::Machine machine;
  const std::string file = "[tokens.T]\nfrom = \"env:ALL\"\n[projects.\"~/code/lab/nested\".tokens.T]\nfrom = \"env:STRONG\"\n";
  machine.fs.directory("/home/u/code/lab/nested");
  CHECK(source_for("/home/u/code/lab/nested", "T", file, machine.fs).starts_with("env:STRONG"));
  machine.fs.remove("/home/u/code/lab/nested").link("/home/u/code/lab/nested", ".");
  CHECK(source_for("/home/u/code/lab", "T", file, machine.fs).starts_with("env:ALL"));
}

TEST_CASE("a token gets a file where its variable is one, or where the user says so and tools look for one") {
  const auto pointer = [](const char* name, config::TokenDelivery as) {
    TokenSource source{};
    source.name = name;
    source.as = as;
    return pointer_of(source);
  };
  using enum config::TokenDelivery;
  CHECK(pointer("HF_TOKEN", automatic).empty());
  CHECK(pointer("HF_TOKEN", file) == "HF_TOKEN_PATH");
  CHECK(pointer("HF_TOKEN", environment).empty());
  CHECK(pointer("KUBECONFIG", automatic) == "KUBECONFIG");
  CHECK(pointer("NETRC", automatic) == "NETRC");
  CHECK(pointer("KUBECONFIG", environment).empty());
  CHECK(pointer("ACME", file) == "ACME");
}

TEST_CASE("tokens are part of the policy, and what clashes with one is an error") {
  test::Machine machine;
  machine.project.tokens = {{.name = machine.said("HF_TOKEN"), .read_only = true}, {.name = machine.said("W"), .optional = true}};
  const auto policy = machine.lower();
  REQUIRE(policy);
  REQUIRE(policy->tokens.size() == 2);
  CHECK(describe(policy->tokens[0]) == "HF_TOKEN (read-only kind)");
  CHECK(describe(policy->tokens[1]) == "W (optional)");

  test::Machine clash;
  clash.project.tokens = {{.name = clash.said("A")}, {.name = clash.said("A"), .read_only = true}, {.name = clash.said("B")}, {.name = clash.said("LD_PRELOAD")}};
  clash.project.env_pass = {clash.said("B")};
  CHECK_FALSE(clash.lower());
  CHECK(clash.codes() == std::vector<std::string>{"token-clash", "token-clash", "dangerous-variable"});
}

TEST_CASE("what the user passes to every sandbox is not what a token gets") {
  test::Machine machine;
  machine.project.tokens = {{.name = machine.said("T"), .optional = true}};
  machine.user.env_pass = {machine.said("T"), machine.said("EDITOR")};
  const auto policy = machine.lower();
  REQUIRE(policy);
  CHECK(policy->pass == std::vector<std::string>{"EDITOR"});
  CHECK(machine.codes() == std::vector<std::string>{"token-clash"});
}

} // namespace
} // namespace psbc::policy

TEST_CASE("a token that could be a read-only one, and a misspelt variable, are noted; others are not") {
  psbc::test::Machine machine;
  machine.project.tokens = {{.name = machine.said("GITHUB_TOKEN")}, {.name = machine.said("WANDB_APIKEY"), .optional = true}};
  REQUIRE(machine.compile());
  CHECK(machine.codes() == std::vector<std::string>{"unknown-token", "write-token"});
  bool weak = false, meant = false;
  for (const auto& diagnostic : machine.diagnostics.all()) {
    CHECK(diagnostic.severity == psbc::diag::Severity::info);
    weak = weak || (!diagnostic.help.empty() && diagnostic.help[0].find("\"GITHUB_TOKEN:read\"") != std::string::npos);
    meant = meant || diagnostic.labels[0].text == "did you mean WANDB_API_KEY?";
  }
  CHECK((weak && meant));

  psbc::test::Machine quiet;
  quiet.project.tokens = {{.name = quiet.said("HF_TOKEN"), .read_only = true}, {.name = quiet.said("WANDB_API_KEY")}, {.name = quiet.said("ACME_TOKEN")}};
  REQUIRE(quiet.compile());
  CHECK(quiet.codes().empty());
}
