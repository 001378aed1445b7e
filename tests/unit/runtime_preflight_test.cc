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

TEST_CASE("root may be kept out of NFS, and of FUSE without allow_other; the mount that counts is the innermost, and the last there") {
  const std::string mounts =
      "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
      "2 1 0:30 / /home/nfs rw shared:1 - nfs4 server:/x rw,vers=4.2\n"
      "3 1 0:31 / /home/a\\040b rw - fuse.sshfs x rw,user_id=1000\n"
      "4 1 0:32 / /home/open rw - fuse.gocryptfs x rw,user_id=1000,allow_other\n"
      "5 2 0:33 / /home/nfs/local rw - tmpfs x rw\n"
      "garbage\n6 1 0:34 / /home/later rw - fuse x rw\n7 1 0:35 / /home/later rw - tmpfs x rw\n";
  const auto why = [&](const char* path) { return psbc::runtime::why_root_is_kept_out(psbc::base::AbsPath::literal(path), mounts); };
  CHECK(why("/home/nfs/you").find("NFS") != std::string::npos);
  CHECK(why("/home/a b").find("allow_other") != std::string::npos);
  for (const char* path : {"/", "/home", "/home/open/x", "/home/nfs/local/x", "/home/later", "/home/nfsx"}) CHECK(why(path).empty());
}
