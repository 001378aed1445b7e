// SPDX-License-Identifier: MIT
#include "runtime/inside.h"

#include "support/catch.h"

using namespace psbc;
using Mounts = std::vector<std::string>;

TEST_CASE("only a mount of a build's `inside` directory counts, at exactly that place") {
  const auto line = [](const std::string& mount_point) { return "40 35 0:28 /x " + mount_point + " ro,nosuid - ext4 /dev/a rw\n"; };
  CHECK(runtime::session_mounts(line("/home/dev/.local/state/psbc/builds/lab-1/inside")) ==
        Mounts{"/home/dev/.local/state/psbc/builds/lab-1/inside"});
  CHECK(runtime::session_mounts(line("/h\\040me/psbc/builds/lab-1/inside")) == Mounts{"/h me/psbc/builds/lab-1/inside"});
  for (const char* other : {"/", "/psbc/builds/inside", "/x/psbc/builds/lab-1/inside/deeper", "/x/psbc/build/lab-1/inside",
                            "/x/psbc/builds/lab-1/a/inside", "/x/notpsbc/builds/lab-1/inside", "/x/psbc/builds//inside"})
    CHECK(runtime::session_mounts(line(other)).empty());
}

TEST_CASE("lines that are not mounts are passed over") {
  CHECK(runtime::session_mounts("").empty());
  CHECK(runtime::session_mounts("/psbc/builds/lab-1/inside \n/inside \n\n").empty());
}

TEST_CASE("outside of every sandbox there is no session") { CHECK_FALSE(runtime::inside_session()); }
