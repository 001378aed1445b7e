// SPDX-License-Identifier: MIT
#include "runtime/abstract_sockets.h"

#include "support/catch.h"

using namespace psbc;

TEST_CASE("of all unix sockets, those that listen under the name of a display or a bus") {
  const std::string text =
      "Num       RefCount Protocol Flags    Type St Inode Path\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 11 @/tmp/.X11-unix/X0\n"
      "0000000000000000: 00000003 00000000 00000000 0001 03 12 @/tmp/.X11-unix/X0\n"    // a connection
      "0000000000000000: 00000002 00000000 00010000 0001 01 13 /tmp/.X11-unix/X0\n"     // a path
      "0000000000000000: 00000002 00000000 00010000 0001 01    14 @/tmp/dbus-aB cD\n"   // padded
      "0000000000000000: 00000002 00000000 00010000 0001 01 15 @/home/u/.cache/ibus/dbus-x\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 16 @mykitty\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 17\n"
      "0000000000000000: 00000002 00000000 00010000 0001 01 18 @\n"
      "garbage";
  const auto found = runtime::control_sockets(text);
  REQUIRE(found.size() == 3);
  CHECK(found[0].name == "@/tmp/.X11-unix/X0");
  CHECK(found[0].what == "the X server");
  CHECK(found[1].name == "@/tmp/dbus-aB cD");
  CHECK(found[2].what == "the input method's bus");
  CHECK(runtime::control_sockets("").empty());
}
