// SPDX-License-Identifier: MIT
#include "policy/project_indexes.h"

#include "policy/index_settings.h"
#include "runtime/netrc.h"
#include "support/catch.h"
#include "support/lowered.h"

namespace psbc::policy {
namespace {

std::string file_of(const Policy& policy, std::string_view path) {
  for (const HomeFile& file : policy.home_files)
    if (file.path == path) return file.content;
  return "";
}

std::string variable_of(const Policy& policy, std::string_view name) {
  for (const Variable& variable : policy.variables)
    if (variable.name == name) return variable.value + (variable.beside ? " and more" : "");
  return "";
}

config::Index index(test::Machine& machine, const char* name, const char* url, bool is_default, const char* token = nullptr) {
  config::Index out{.name = machine.said(name), .url = machine.said(url), .token = std::nullopt, .is_default = {.value = is_default, .span = machine.said("true").span}};
  if (token != nullptr) out.token = machine.said(token);
  return out;
}

void user_settings(test::Machine& machine) {
  machine.fs.file("/home/u/.config/pip/pip.conf", "[global]\ntimeout = 9\nextra-index-url =\n  https://u:p@mine.example/\n[install]\nno-binary = x\n")
      .file("/home/u/.config/uv/uv.toml", "native-tls = true\n[[index]]\nname = \"mine\"\nurl = \"https://mine.example/\"\n")
      .file("/home/u/code/lab/pdm.lock")
      .file("/home/u/.config/pdm/config.toml", "[pypi]\nurl = \"https://mine.example/\"\n");
}

TEST_CASE("indexes of a project come beside those of the user, and first") {
  test::Machine machine;
  user_settings(machine);
  machine.project.indexes = {index(machine, "acme", "https://a.example/simple/", false)};
  const auto policy = machine.lower();
  REQUIRE(policy);
  CHECK(file_of(*policy, ".config/pip/pip.conf") ==
        "[global]\nextra-index-url =\n    https://a.example/simple/\n    https://mine.example/\ntimeout = 9\n[install]\nno-binary = x\n");
  CHECK(file_of(*policy, ".config/uv/uv.toml") ==
        "native-tls = true\n[[index]]\nname = \"acme\"\nurl = \"https://a.example/simple/\"\n[[index]]\nname = \"mine\"\nurl = \"https://mine.example/\"\n");
  CHECK(file_of(*policy, ".config/pdm/config.toml") == "[pypi]\nurl = \"https://mine.example/\"\n[pypi.acme]\nurl = \"https://a.example/simple/\"\n");
  CHECK(variable_of(*policy, "PIP_EXTRA_INDEX_URL") == "https://a.example/simple/ https://mine.example/ and more");
  CHECK(variable_of(*policy, "UV_INDEX") == "acme=https://a.example/simple/ and more");
  CHECK(variable_of(*policy, "PIP_INDEX_URL").empty());
}

TEST_CASE("a default index replaces the public one and those of the user, in each file and each variable") {
  test::Machine machine;
  user_settings(machine);
  machine.project.tokens = {{.name = machine.said("T")}};
  machine.project.indexes = {index(machine, "acme", "https://a.example/simple/", true, "T"), index(machine, "two", "https://b.example/", false)};
  const auto policy = machine.lower();
  REQUIRE(policy);
  const std::string pip = file_of(*policy, ".config/pip/pip.conf"), uv = file_of(*policy, ".config/uv/uv.toml"), pdm = file_of(*policy, ".config/pdm/config.toml");
  CHECK(pip == "[global]\nindex-url = https://a.example/simple/\nextra-index-url =\n    https://b.example/\ntimeout = 9\n[install]\nno-binary = x\n");
  CHECK(uv == "native-tls = true\n[[index]]\nname = \"two\"\nurl = \"https://b.example/\"\n[[index]]\nname = \"acme\"\nurl = \"https://a.example/simple/\"\ndefault = true\n");
  CHECK(pdm == "[pypi]\nurl = \"https://a.example/simple/\"\n[pypi.two]\nurl = \"https://b.example/\"\n");
  CHECK(variable_of(*policy, "PIP_INDEX_URL") == "https://a.example/simple/");
  CHECK(variable_of(*policy, "UV_DEFAULT_INDEX") == "acme=https://a.example/simple/");
  CHECK(variable_of(*policy, "UV_EXTRA_INDEX_URL").empty());
  REQUIRE(policy->logins.size() == 1);
  CHECK(policy->logins[0].host == "a.example");
  CHECK(policy->logins[0].user == "__token__");
}

TEST_CASE("indexes know their user names, and a token of another service is said") {
  CHECK(index_login("acme-1.d.codeartifact.eu-west-1.amazonaws.com", "T") == "aws");
  CHECK(index_login("acme-1.codeartifact.eu-west-1.on.aws", "T") == "aws");
  CHECK(index_login("europe-python.pkg.dev", "T") == "oauth2accesstoken");
  CHECK(index_login("dl.cloudsmith.io", "T") == "token");
  CHECK(index_login("pkgs.dev.azure.com", "T") == "VssSessionToken");
  for (const char* other : {"amazonaws.com.evil.example", "s3.eu-west-1.amazonaws.com", "evildl.cloudsmith.io", "pkg.dev"}) CHECK(index_login(other, "T") == "__token__");
  CHECK(index_login("gitlab.com", "CI_JOB_TOKEN") == "gitlab-ci-token");
  test::Machine machine;
  machine.project.tokens = {{.name = machine.said("HF_TOKEN"), .read_only = true}};
  machine.project.indexes = {index(machine, "acme", "https://evil.example/", true, "HF_TOKEN")};
  CHECK(machine.lower());
  CHECK(machine.codes() == std::vector<std::string>{"index-token"});
}

TEST_CASE("settings of the machine are carried under another name when they hold a password, and only then") {
  test::Machine machine;
  machine.fs.file("/etc/pip.conf", "[global]\nindex-url = https://u:p@a.example/\ntimeout = 9\n")
      .file("/etc/uv/uv.toml", "index-url = \"https://TOKEN@a.example/\"\n")
      .file("/etc/xdg/pip/pip.conf", "[global]\nextra-index-url = https://b.example/\n");
  const auto policy = machine.lower();
  REQUIRE(policy);
  CHECK(file_of(*policy, ".config/psbc/xdg/pip/pip.conf") == "[global]\nindex-url = https://a.example/\ntimeout = 9\n");
  CHECK(file_of(*policy, ".config/psbc/xdg/uv/uv.toml") == "index-url = \"https://a.example/\"\n");
  CHECK(variable_of(*policy, "XDG_CONFIG_DIRS") == "/etc/xdg:/home/u/.config/psbc/xdg");
  CHECK(test::access_of(*policy, "/etc/pip.conf") == "hidden");
  CHECK(test::access_of(*policy, "/etc/uv/uv.toml") == "hidden");
  CHECK(test::access_of(*policy, "/etc/xdg/pip/pip.conf").empty());
  CHECK(machine.codes() == std::vector<std::string>{"index-password-withheld", "index-password-withheld"});

  test::Machine with_default; // which also takes the place of more indexes that other files name
  with_default.project.indexes = {index(with_default, "acme", "https://a.example/simple/", true)};
  const auto alone = with_default.lower();
  REQUIRE(alone);
  CHECK(variable_of(*alone, "PIP_EXTRA_INDEX_URL") == "https://a.example/simple/");
  CHECK(variable_of(*alone, "XDG_CONFIG_DIRS").empty());

  // A tool that looks nowhere else, two files for one place, a link out of sight.
  test::Machine uv, two, away;
  uv.fs.file("/etc/xdg/uv/uv.toml", "index-url = \"https://u:p@a.example/\"\n");
  CHECK_FALSE(uv.lower());
  two.fs.file("/etc/pip.conf", "[global]\nindex-url = https://u:p@a.example/\n").file("/etc/xdg/pip/pip.conf", "[global]\nindex-url = https://u:p@a.example/\n");
  CHECK_FALSE(two.lower());
  away.fs.file("/opt/acme/pip.conf", "[global]\nindex-url = https://a.example/\n").link("/etc/pip.conf", "/opt/acme/pip.conf");
  const auto carried = away.lower();
  REQUIRE(carried);
  CHECK(file_of(*carried, ".config/psbc/xdg/pip/pip.conf") == "[global]\nindex-url = https://a.example/\n");
}

TEST_CASE("a line of netrc holds one token, and nothing that readers understand differently") {
  const emit::PlannedLogin login{.host = "h", .user = "__token__", .token = "T"};
  const auto line = [&](std::string_view value) {
    const auto made = runtime::netrc_line(login, value);
    return made ? std::string(made->view()) : "refused";
  };
  CHECK(line("abc") == "machine h login __token__ password abc\n");
  CHECK(line("dev:a:b") == "machine h login dev password a:b\n");
  for (const char* bad : {"", ":", "a:", "a b", "a\nmachine x", "a\"b", "a\\b", "#a", "\xc3\xa9"}) CHECK(line(bad) == "refused");
}

} // namespace
} // namespace psbc::policy
