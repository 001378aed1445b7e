// SPDX-License-Identifier: MIT
#include "base/catalogue.h"
#include "policy/gitconfig.h"
#include "support/catch.h"
#include "support/lowered.h"

namespace psbc::policy {
namespace {

/// "https://host: NAME NAME" of each section for a host, in the order of the file; the empty helper is "-".
std::vector<std::string> helpers(const Policy& policy) {
  std::vector<std::string> out;
  for (const HomeFile& file : policy.home_files) {
    if (file.path != ".gitconfig") continue;
    for (const GitEntry& entry : parse_gitconfig(file.content)) {
      if (entry.section != "credential") continue;
      CHECK(entry.key == "helper");
      if (out.empty() || out.back().substr(0, out.back().find(" ")) != entry.subsection + ":")
        out.push_back(entry.subsection + ":");
      const std::size_t name = entry.value.find("/git-credential' ");
      out.back() += entry.value.empty()
                        ? " -"
                        : " " + entry.value.substr(name + 17, entry.value.find(' ', name + 17) - name - 17);
    }
  }
  return out;
}

std::vector<std::string> helpers_of(test::Machine& machine, const std::vector<const char*>& tokens,
                                    const std::vector<const char*>& pass = {}) {
  for (const char* token : tokens) machine.project.tokens.push_back({.name = machine.said(token)});
  for (const char* name : pass) machine.project.env_pass.push_back(machine.said(name));
  const auto policy = machine.lower();
  REQUIRE(policy);
  return helpers(*policy);
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a token of a git host gets a helper for that host, after all others were forgotten; no other "
          "token does") {
  test::Machine none, some;
  CHECK(helpers_of(none, {"WANDB_API_KEY"}) == Lines{": -"});
  CHECK(helpers_of(some, {"GITHUB_TOKEN", "HF_TOKEN", "GH_TOKEN"}) ==
        Lines{": -", "https://huggingface.co: - HF_TOKEN", "https://github.com: - GH_TOKEN",
              "https://gist.github.com: - GH_TOKEN", "https://github.com: GITHUB_TOKEN",
              "https://gist.github.com: GITHUB_TOKEN"});
}

TEST_CASE("a token of a company's server is for the server that a variable names inside") {
  const auto with = [](const char* host, const char* token, const char* variable, bool crosses = true) {
    test::Machine machine;
    machine.variables[variable] = host;
    auto out = helpers_of(machine, {token}, crosses ? std::vector{variable} : std::vector<const char*>());
    out.erase(out.begin());
    return out;
  };
  CHECK(with("git.acme.example", "GH_ENTERPRISE_TOKEN", "GH_HOST") ==
        Lines{"https://git.acme.example: - GH_ENTERPRISE_TOKEN"});
  CHECK(with("git.acme.example", "GH_ENTERPRISE_TOKEN", "GH_HOST", false).empty());
  for (const char* bad : {"", "github.com", "GitHub.com", "api.github.com", "https://github.com:443/",
                          "http://git.acme.example", "git.acme.example/x", "me@git.acme.example", "a b",
                          "a\nb", "a\"b", "-a", "*", "*.example", "a:b", "a:", "[::1]"}) {
    CAPTURE(bad);
    CHECK(with(bad, "GH_ENTERPRISE_TOKEN", "GH_HOST").empty());
  }
  CHECK(with("https://GitLab.acme.example:8443/", "GITLAB_TOKEN", "GITLAB_HOST") ==
        Lines{"https://gitlab.acme.example:8443: - GITLAB_TOKEN"});
  CHECK(with("https://gitlab.com", "GITLAB_TOKEN", "GITLAB_HOST") ==
        Lines{"https://gitlab.com: - GITLAB_TOKEN"});
  CHECK(with("git.acme.example", "GITLAB_TOKEN", "GITLAB_HOST", false) ==
        Lines{"https://gitlab.com: - GITLAB_TOKEN"});
  CHECK(with("git.acme.example", "GITHUB_TOKEN", "GH_HOST") ==
        Lines{"https://github.com: - GITHUB_TOKEN", "https://gist.github.com: - GITHUB_TOKEN"});
  CHECK(with("http://git.acme.example", "GITLAB_TOKEN", "GITLAB_HOST").empty());
}

TEST_CASE("every row of the catalogue for git names a variable of its service, and a host of it") {
  CHECK(base::git_login_count() >= 15);
  for (std::size_t i = 0; i < base::git_login_count(); ++i) {
    const base::GitLogin login = base::git_login(i);
    CAPTURE(login.variable);
    REQUIRE(base::service_of_variable(login.variable));
    CHECK(base::service_of_variable(login.variable)->index == login.service);
    CHECK(!login.user.empty());
    if (const base::Service service = base::service(login.service);
        !login.host.empty() && !service.hosts.empty())
      CHECK(base::is_host_of(service, login.host));
  }
  CHECK(base::is_host_of(*base::find_service("github"), "gist.github.com"));
  CHECK_FALSE(base::is_host_of(*base::find_service("github"), "evilgithub.com"));
}

} // namespace psbc::policy
