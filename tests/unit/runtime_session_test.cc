// SPDX-License-Identifier: MIT
#include "runtime/session.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "support/catch.h"

using namespace psbc;

namespace {

runtime::Session sample() {
  return {.nonce = "0123",
          .command = {"python", "-c", "print(1)\n", ""},
          .environment = {"A=1", "B="},
          .cwd = "/home/dev/code",
          .cwd_identity = {1ULL << 40U, 7},
          .home_identity = {3, ~0ULL},
          .ignored_signals = 1ULL << 63U,
          .blocked_signals = 5,
          .foreground = true,
          .agent = "/home/dev/.psbc-agent",
          .plan = std::string("p\0q", 3),
          .filter = "f"};
}

} // namespace

TEST_CASE("a session reads back from its sealed memory") {
  const auto memory = runtime::write_session(sample());
  REQUIRE(memory);
  const auto session = runtime::read_session(memory->get());
  REQUIRE(session);
  CHECK(runtime::serialise(*session) == runtime::serialise(sample()));
  CHECK(session->command == sample().command);
  CHECK(session->home_identity == sample().home_identity);
}

TEST_CASE("nobody can change a session, and one that could be changed is refused") {
  const auto memory = runtime::write_session(sample());
  REQUIRE(memory);
  CHECK(pwrite(memory->get(), "x", 1, 0) < 0);
  CHECK(ftruncate(memory->get(), 0) < 0);
  CHECK(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory->get(), 0) == MAP_FAILED);

  const base::Fd open_file(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  REQUIRE(base::write_all(open_file.get(), runtime::serialise(sample()), "test"));
  CHECK_FALSE(runtime::read_session(open_file.get()));
  CHECK_FALSE(runtime::read_session(-1));
}

TEST_CASE("a session that is cut short anywhere is refused") {
  const std::string whole = runtime::serialise(sample());
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE(runtime::parse_session(std::string_view(whole).substr(0, size)));
  CHECK_FALSE(runtime::parse_session(whole + "x"));
}

TEST_CASE("the values of secrets cross in their own part, and only there") {
  runtime::Session session = sample();
  session.secrets.push_back({.name = "TOKEN", .value = base::Secret::copy_of("hush")});
  session.secrets.push_back({.name = "EMPTY", .value = {}});
  session.secret_files.push_back({.path = ".psbc-secrets/KEY", .variable = "KEY", .bytes = base::Secret::copy_of(std::string_view("a\0\nb", 4))});
  CHECK(runtime::serialise(session).find("hush") == std::string::npos);
  const auto memory = runtime::write_session(session);
  REQUIRE(memory);
  auto read = runtime::read_session(memory->get());
  REQUIRE(read);
  REQUIRE(read->secrets.size() == 2);
  CHECK(read->secrets[0].name == "TOKEN");
  CHECK(read->secrets[0].value.view() == "hush");
  CHECK(read->secrets[1].value.empty());
  REQUIRE(read->secret_files.size() == 1);
  CHECK(read->secret_files[0].path == ".psbc-secrets/KEY");
  CHECK(read->secret_files[0].variable == "KEY");
  CHECK(read->secret_files[0].bytes.view() == std::string_view("a\0\nb", 4));
  read->wipe();
  CHECK(read->secrets.empty());
  // A count without its values, and a value too many.
  const std::string text = runtime::serialise(session);
  CHECK_FALSE(runtime::parse_session(text));
  CHECK_FALSE(runtime::parse_session(runtime::serialise(sample()), std::string(4, '\0')));
}

TEST_CASE("a nonce is 32 digits and never the same") {
  const auto one = runtime::make_nonce(), other = runtime::make_nonce();
  REQUIRE(one);
  REQUIRE(other);
  CHECK(one->size() == 32);
  CHECK(one->find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(*one != *other);
}
