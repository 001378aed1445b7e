// SPDX-License-Identifier: MIT
#include "runtime/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include "support/catch.h"

using namespace psbc;
using runtime::Message;

TEST_CASE("messages arrive whole, in order, and with the file that was sent") {
  auto pair = runtime::make_channel();
  REQUIRE(pair);
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const base::Fd reader(ends[0]);
  REQUIRE(runtime::send(pair->outside.get(), {.kind = Message::Kind::session, .file = base::Fd(ends[1])}));
  REQUIRE(runtime::send(pair->outside.get(), {.kind = Message::Kind::signal, .value = 15}));

  auto first = runtime::receive(pair->inside.get());
  REQUIRE(first);
  REQUIRE(*first);
  CHECK((*first)->kind == Message::Kind::session);
  REQUIRE((*first)->file);
  CHECK(write((*first)->file.get(), "x", 1) == 1);
  char byte = 0;
  CHECK(read(reader.get(), &byte, 1) == 1);

  const auto second = runtime::receive(pair->inside.get());
  REQUIRE(second);
  REQUIRE(*second);
  CHECK((*second)->value == 15);
  const auto none = runtime::receive(pair->inside.get());
  REQUIRE(none);
  CHECK_FALSE(*none);
}

TEST_CASE("outside learns who sent a message from the kernel") {
  auto pair = runtime::make_channel();
  REQUIRE(pair);
  REQUIRE(runtime::send(pair->inside.get(), {.kind = Message::Kind::entered}));
  const auto received = runtime::receive(pair->outside.get());
  REQUIRE(received);
  REQUIRE(*received);
  CHECK((*received)->sender == getpid());
}

TEST_CASE("a failure keeps its status and all of its words, cut where they are absurd") {
  auto pair = runtime::make_channel();
  REQUIRE(pair);
  const runtime::Failure failure = {
      .status = 126, .error = {.operation = "run", .object = std::string(100'000, 'x'), .code = 13, .cause = "c", .hint = "h"}};
  REQUIRE(runtime::send(pair->inside.get(), {.kind = Message::Kind::failed, .failure = failure}));
  const auto received = runtime::receive(pair->outside.get());
  REQUIRE(received);
  REQUIRE(*received);
  const runtime::Failure& found = (*received)->failure;
  CHECK(found.status == 126);
  CHECK(found.error.operation == "run");
  CHECK(found.error.object.size() < 4096);
  CHECK(found.error.code == 13);
  CHECK(found.error.cause + found.error.hint == "ch");
}

TEST_CASE("the names of lost files arrive with their sizes, cut where they are absurd") {
  auto pair = runtime::make_channel();
  REQUIRE(pair);
  Message lost{.kind = Message::Kind::lost, .value = 7, .partial = true};
  lost.lost = {{.path = "a\nb\x1b", .size = std::uint64_t{5} << 32U}, {.path = std::string(100'000, 'x'), .size = 1}};
  REQUIRE(runtime::send(pair->inside.get(), lost));
  const auto received = runtime::receive(pair->outside.get());
  REQUIRE(received);
  REQUIRE(*received);
  CHECK((*received)->value == 7);
  CHECK((*received)->partial);
  REQUIRE((*received)->lost.size() == 2);
  CHECK((*received)->lost[0] == lost.lost[0]);
  CHECK((*received)->lost[1].path.size() == 512);
}

TEST_CASE("nonsense and an end that is gone are errors, not messages") {
  auto pair = runtime::make_channel();
  REQUIRE(pair);
  for (const char* nonsense : {"x", "\x7f\0\0\0\0\0\0\0"}) {
    REQUIRE(::send(pair->inside.get(), nonsense, nonsense[0] == 'x' ? 1 : 8, 0) > 0);
    CHECK_FALSE(runtime::receive(pair->outside.get()));
  }
  pair->inside = base::Fd();
  CHECK_FALSE(runtime::receive(pair->outside.get()));
  CHECK_FALSE(runtime::send(pair->outside.get(), {.kind = Message::Kind::signal}));
}
