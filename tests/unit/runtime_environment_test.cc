// SPDX-License-Identifier: MIT
#include "runtime/environment.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

Variables inside(const emit::EnterPlan& plan, const Variables& host) {
  Variables out;
  for (const std::string& entry : runtime::make_environment(plan, "gen-1", base::Env(host)))
    out[entry.substr(0, entry.find('='))] = entry.substr(entry.find('=') + 1);
  return out;
}

const emit::EnterPlan plan = {.name = "lab", .home = "/home/dev"};

} // namespace

TEST_CASE("what is not on the base list does not cross, whether anybody has heard of it or not") {
  const Variables found = inside(plan, {{"ACME_PASSPHRASE", "x"}, {"SSH_AUTH_SOCK", "x"}, {"DBUS_SESSION_BUS_ADDRESS", "x"},
                                        {"DISPLAY", "x"}, {"TMUX", "x"}, {"LD_PRELOAD", "x"}, {"BASH_ENV", "x"},
                                        {"PYTHONSTARTUP", "x"}, {"HF_TOKEN", "x"}, {"LCX", "x"}, {"LC_", "x"}});
  CHECK(found == Variables{{"HOME", "/home/dev"}, {"JAILED_ENV", "lab"}, {"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"PSBC_BUILD", "gen-1"}, {"PSBC_SANDBOX", "1"}});
}

TEST_CASE("locale, terminal and name cross as they are") {
  const Variables host = {{"LANG", "C"}, {"LC_TIME", "C"}, {"TERM", "xterm"}, {"USER", "dev"}, {"NO_COLOR", ""}, {"TZ", ":x y\n"}};
  const Variables found = inside(plan, host);
  for (const auto& [name, value] : host)
    CHECK(found.at(name) == value);
}

TEST_CASE("a passed name that is absent outside is absent inside, and nothing overrides what psbc says") {
  emit::EnterPlan asks = plan;
  asks.pass = {"THERE", "ABSENT", "JAILED_ENV", "HOME"};
  asks.variables = {{"THERE", "set wins"}, {"PSBC_SANDBOX", "0"}, {"JAILED_ENV", "other"}};
  const Variables found = inside(asks, {{"THERE", "host"}, {"JAILED_ENV", "forged"}, {"HOME", "/tmp"}});
  CHECK(found.at("THERE") == "set wins");
  CHECK(found.count("ABSENT") == 0);
  CHECK(found.at("JAILED_ENV") == "lab");
  CHECK(found.at("HOME") == "/home/dev");
  CHECK(found.at("PSBC_SANDBOX") == "1");
}

TEST_CASE("entries of PATH that depend on the current directory do not cross") {
  CHECK(inside(plan, {{"PATH", ".:bin::/usr/bin:~/bin:/bin:"}}).at("PATH") == "/usr/bin:/bin");
  CHECK(inside(plan, {{"PATH", ":"}}).at("PATH") == "/usr/local/bin:/usr/bin:/bin");
}

TEST_CASE("LD_LIBRARY_PATH crosses with the absolute directories that exist inside") {
  CHECK(inside(plan, {{"LD_LIBRARY_PATH", ".:/usr/lib::lib:/nowhere"}}).at("LD_LIBRARY_PATH") == "/usr/lib:/nowhere");
  std::vector<std::string> environment = {"LD_LIBRARY_PATH=/usr/lib:/nowhere", "PATH=/usr/bin"};
  runtime::finish_environment(environment, plan);
  CHECK(environment == std::vector<std::string>{"LD_LIBRARY_PATH=/usr/lib", "PATH=/usr/bin"});
  environment = {"LD_LIBRARY_PATH=/nowhere", "PATH=/usr/bin"};
  runtime::finish_environment(environment, plan);
  CHECK(environment == std::vector<std::string>{"PATH=/usr/bin"});
}

TEST_CASE("an environment of conda sets its own variable, and what was installed inside is found behind it") {
  const test::TempDir dir;
  emit::EnterPlan conda = plan;
  conda.environment = (dir / "env").string();
  conda.root = (dir / "root").string();
  for (const char* path : {"env/bin", "env/conda-meta", "root/bin"}) REQUIRE(base::make_directories(dir / path, 0700));
  REQUIRE(symlink("/bin/sh", (conda.environment + "/bin/python").c_str()) == 0);
  std::vector<std::string> environment = {"PATH=/usr/bin"};
  runtime::finish_environment(environment, conda);
  CHECK(environment == std::vector<std::string>{"PATH=" + conda.environment + "/bin:" + conda.root + "/bin:/usr/bin",
                                                "CONDA_PREFIX=" + conda.environment});
}

TEST_CASE("PATH keeps what exists inside, once, behind the virtual environment") {
  const test::TempDir dir;
  emit::EnterPlan with_venv = plan;
  with_venv.environment = (dir / "env").string();
  const std::string bin = with_venv.environment + "/bin";
  std::vector<std::string> environment = {"PATH=/nowhere:/usr/bin:" + bin + ":/usr/bin"};
  runtime::finish_environment(environment, with_venv);
  CHECK(environment == std::vector<std::string>{"PATH=/usr/bin"});

  REQUIRE(base::make_directories(dir / "env/bin", 0700));
  REQUIRE(symlink("/bin/sh", (bin + "/python").c_str()) == 0);
  environment = {"PATH=/nowhere:/usr/bin:" + bin + ":/usr/bin"};
  runtime::finish_environment(environment, with_venv);
  CHECK(environment == std::vector<std::string>{"PATH=" + bin + ":/usr/bin", "VIRTUAL_ENV=" + with_venv.environment});
}

TEST_CASE("the base list is sorted, and every row has a reason") {
  const auto rows = runtime::base_variables();
  CHECK(std::is_sorted(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  for (const auto& row : rows)
    CHECK_FALSE(row.reason.empty());
  CHECK(runtime::base_variable("LC_ALL") != nullptr);
  CHECK(runtime::base_variable("PYTHONPATH") == nullptr);
}
