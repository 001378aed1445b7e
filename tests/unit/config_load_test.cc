// SPDX-License-Identifier: MIT
// Where each value was written: checked against the bytes of the source, so that no test counts columns.
#include "config/load.h"

#include "support/catch.h"

namespace psbc::config {
namespace {

std::string_view written(const diag::Span& span) {
  return std::string_view(span.file->text()).substr(span.begin, span.end - span.begin);
}

struct Loaded {
  explicit Loaded(std::string text)
      : source("p.toml", std::move(text)), config(load_project(source, diagnostics)) {}
  diag::SourceFile source;
  diag::Diagnostics diagnostics;
  std::optional<ProjectConfig> config;
};

TEST_CASE("every value has the bytes that it was written with") {
  const Loaded loaded("# ü\nname = \"lab\"\nreadonly = [ '~/a', \"\"\"\n~/b\"\"\",\n  \"\\u00e9\" ]\n"
                      "python.venv = \".venv\"\n[env]\npass = [\"A\"]\nset = { B = \"1\", \"C\" = '2' }\n");
  REQUIRE(loaded.config);
  const ProjectConfig& config = *loaded.config;
  CHECK(config.name.value == "lab");
  CHECK(written(config.name.span) == "\"lab\"");
  REQUIRE(config.readonly.size() == 3);
  CHECK(written(config.readonly[0].span) == "'~/a'");
  CHECK(config.readonly[1].value == "~/b");
  CHECK(written(config.readonly[1].span) == "\"\"\"\n~/b\"\"\"");
  CHECK(config.readonly[2].value == "é");
  CHECK(written(config.readonly[2].span) == "\"\\u00e9\"");
  REQUIRE(config.venv);
  CHECK(written(config.venv->span) == "\".venv\"");
  REQUIRE(config.env_pass.size() == 1);
  CHECK(written(config.env_pass[0].span) == "\"A\"");
  REQUIRE(config.env_set.size() == 2);
  CHECK(config.env_set[1].name.value == "C");
  CHECK(written(config.env_set[0].name.span) == "B");
  CHECK(written(config.env_set[1].name.span) == "\"C\"");
  CHECK(written(config.env_set[1].value.span) == "'2'");
}

TEST_CASE("characters of several bytes before a value do not move it") {
  for (const std::string before : {"x", "é", "界", "😀", "é界😀é"}) {
    const Loaded loaded("name = \"lab\" # " + before + "\nreadonly = [\"~/" + before + "\", \"~/b\"]\n");
    REQUIRE(loaded.config);
    CHECK(loaded.config->readonly[0].value == "~/" + before);
    CHECK(written(loaded.config->readonly[0].span) == "\"~/" + before + "\"");
    CHECK(written(loaded.config->readonly[1].span) == "\"~/b\"");
  }
}

TEST_CASE("CRLF line ends belong to no span") {
  const Loaded loaded(
      "# é\r\nname = \"lab\"\r\nreadonly = [\r\n  \"~/é\",\r\n  \"~/b\"\r\n]\r\n[env.set]\r\nA = \"1\"\r\n");
  REQUIRE(loaded.config);
  CHECK(written(loaded.config->name.span) == "\"lab\"");
  CHECK(written(loaded.config->readonly[1].span) == "\"~/b\"");
  CHECK(written(loaded.config->env_set[0].name.span) == "A");
  CHECK(written(loaded.config->env_set[0].value.span) == "\"1\"");
}

TEST_CASE("the four spellings of a table mean the same") {
  for (const std::string env :
       {"env.pass = [\"A\"]\nenv.set.B = \"1\"\n", "[env]\npass = [\"A\"]\nset.B = \"1\"\n",
        "[env.set]\nB = \"1\"\n[env]\npass = [\"A\"]\n", "env = { pass = [\"A\"], set = { B = \"1\" } }\n"}) {
    const Loaded loaded("name = \"lab\"\n" + env);
    REQUIRE(loaded.config);
    REQUIRE(loaded.config->env_pass.size() == 1);
    CHECK(loaded.config->env_pass[0].value == "A");
    REQUIRE(loaded.config->env_set.size() == 1);
    CHECK(loaded.config->env_set[0].name.value == "B");
    CHECK(loaded.config->env_set[0].value.value == "1");
  }
}

TEST_CASE("variables keep the order of the file, not of the alphabet") {
  const Loaded loaded("name = \"lab\"\n[env.set]\nZ = \"1\"\nA = \"2\"\nM = \"3\"\n");
  REQUIRE(loaded.config);
  REQUIRE(loaded.config->env_set.size() == 3);
  CHECK(loaded.config->env_set[0].name.value == "Z");
  CHECK(loaded.config->env_set[1].name.value == "A");
}

TEST_CASE("a warning-free load leaves no diagnostics, a refused one gives no config") {
  CHECK(Loaded("name = \"lab\"\n").diagnostics.empty());
  CHECK_FALSE(Loaded("name = 7\n").config);
  CHECK_FALSE(Loaded("name =\n").config);
}

TEST_CASE("the user's file has its own keys") {
  diag::Diagnostics diagnostics;
  const diag::SourceFile source(
      "config.toml", "readonly = [\"~/.vimrc\"]\nhidden = [\".env\"]\naccept_secrets = [\"~/.bashrc\"]\n"
                     "templates = \"~/t\"\nenv.pass = [\"EDITOR\"]\n");
  const auto config = load_user(source, diagnostics);
  REQUIRE(config);
  CHECK(written(config->readonly.at(0).span) == "\"~/.vimrc\"");
  CHECK(config->hidden.at(0).value == ".env");
  CHECK(config->accept_secrets.at(0).value == "~/.bashrc");
  CHECK(config->templates.value().value == "~/t");
  CHECK(config->env_pass.at(0).value == "EDITOR");
}

TEST_CASE("an empty user file is a config without wishes") {
  diag::Diagnostics diagnostics;
  const diag::SourceFile source("config.toml", "");
  CHECK(load_user(source, diagnostics));
  CHECK(diagnostics.empty());
}

} // namespace
} // namespace psbc::config
