// SPDX-License-Identifier: MIT
#include "runtime/leave.h"

#include <climits>
#include <string>

#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;
using runtime::parse_leave_request;

TEST_CASE("a request to leave names an absolute directory that can be shown, or none") {
  CHECK(parse_leave_request("").value().directory == std::nullopt);
  CHECK(parse_leave_request("/home/dev/a 'b' é").value().directory->string() == "/home/dev/a 'b' é");
  CHECK(parse_leave_request("/a//b/").value().directory->string() == "/a/b");
  for (const std::string_view bad : {"code", "~/code", "\n", "/tmp\n", "/tmp/\x1b]0;x\x07", "/tmp/\xff", "/tmp/\xe2\x80\xae", "/a/../b"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_leave_request(bad).has_value());
  }
  CHECK_FALSE(parse_leave_request("/" + std::string(PATH_MAX, 'a')).has_value());
  CHECK_FALSE(parse_leave_request(std::string_view("/tmp\0/x", 7)).has_value());
}

TEST_CASE("requests go over a socket, and what is none is passed over") {
  const test::TempDir temp;
  const std::string path = runtime::leave_socket((temp / "").string());
  const auto socket = runtime::listen_for_leave(path);
  REQUIRE(socket);
  CHECK_FALSE(runtime::take_leave_request(socket->get()).has_value());
  REQUIRE(runtime::ask_to_leave(path, base::AbsPath::literal("/etc")));
  const auto request = runtime::take_leave_request(socket->get());
  REQUIRE(request.has_value());
  CHECK(request->directory == base::AbsPath::literal("/etc"));
  REQUIRE(runtime::ask_to_leave(path, std::nullopt));
  CHECK(runtime::take_leave_request(socket->get()).value().directory == std::nullopt);
  CHECK_FALSE(runtime::listen_for_leave(path)); // it is there
  CHECK_FALSE(runtime::ask_to_leave(path + "-none", std::nullopt));
  CHECK_FALSE(runtime::listen_for_leave("/" + std::string(200, 'a')));
}
