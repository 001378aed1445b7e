// SPDX-License-Identifier: MIT
#include "driver/shim.h"

#include "support/catch.h"

using namespace psbc;

TEST_CASE("a shim has what editors call, and nothing that code inside calls like a program of the user's") {
  for (const char* name : {"python", "python3", "python3.11", "python3.14", "pip", "pip3", "pip3.12", "pytest", "py.test", "ruff", "mypy", "pre-commit", "yapf", "alembic"})
    CHECK(driver::is_shim_program(name));
  for (const char* name : {"", "sudo", "git", "ssh", "ls", "bash", "activate", "python2", "python3.", "python3..1", "python3.1x", "python3.1/../x", "pip3.", ".", "..", "python\n", "Python", "python3.11111111111111111"})
    CHECK_FALSE(driver::is_shim_program(name));
}

TEST_CASE("what a shim knows is read as it was written, and nothing else is") {
  const auto path = [](const char* text) { return *base::AbsPath::parse(text); };
  const driver::ShimRecord record{.root = path("/home/you/code/la b"), .state = path("/home/you/.local/state"), .data = path("/home/you/.local/share"),
                                  .config = path("/home/you/.config"), .envs = path("/home/you/envs")};
  const auto bytes = driver::serialise(record);
  const auto read = driver::parse_shim_record(bytes);
  REQUIRE(read);
  CHECK(driver::serialise(*read) == bytes);
  CHECK(read->root.string() == "/home/you/code/la b");
  CHECK_FALSE(driver::parse_shim_record(""));
  CHECK_FALSE(driver::parse_shim_record("/a\n/b\n/c\n/d\n"));
  CHECK_FALSE(driver::parse_shim_record(bytes + "/more\n"));
  CHECK_FALSE(driver::parse_shim_record("a\nb\nc\nd\ne\n"));
}
