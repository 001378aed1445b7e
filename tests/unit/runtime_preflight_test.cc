// SPDX-License-Identifier: MIT
#include "runtime/preflight.h"

#include "support/catch.h"

using psbc::runtime::disabled_feature;

TEST_CASE("switches of firejail.config that take a protection away are found, others are not") {
  struct Case {
    const char* text;
    const char* feature;
  };
  for (const auto& [text, feature] : {
           Case{"", ""},
           Case{"# seccomp no\n", ""},
           Case{"seccomp yes\n", ""},
           Case{"seccomp no\n", "seccomp"},
           Case{"x11 no\n  userns \t no  \n", "userns"},
           Case{"whitelist no", "whitelist"},
           Case{"dbus no\r\n", "dbus"},
           Case{"seccomp-log no\nforce-nonewprivs yes\nrestricted-network yes\nnetwork no\n", ""},
           Case{"seccomp\nno\n", ""},
       }) {
    CAPTURE(text);
    CHECK(disabled_feature(text) == feature);
  }
}
