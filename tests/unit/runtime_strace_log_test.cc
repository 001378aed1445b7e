// SPDX-License-Identifier: MIT
#include "runtime/strace_log.h"

#include "support/catch.h"

using psbc::runtime::FailedCall;
using psbc::runtime::read_strace;

TEST_CASE("strace: failed calls by path, each once, with what they wanted; what is no path and what is cut is left") {
  const auto calls = read_strace(
      "12 openat(AT_FDCWD</home/u/lab>, \"data/x\", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)\n"
      "12 openat(AT_FDCWD</home/u/lab>, \"data/x\", O_RDONLY) = -1 ENOENT (No such file or directory)\n"
      "13 openat(4</srv>, \"y\", O_WRONLY|O_CREAT, 0644) = -1 EROFS (Read-only file system)\n"
      "13 execve(\"/opt/a\", [\"a\", \"/not/this\"], 0x7f /* 3 vars */) = -1 ENOENT (No such file or directory)\n"
      "13 connect(3<UNIX-STREAM:[1]>, {sa_family=AF_UNIX, sun_path=\"/run/x.sock\"}, 110) = -1 ENOENT (x)\n"
      "13 connect(3, {sa_family=AF_UNIX, sun_path=@\"abstract\"}, 110) = -1 ECONNREFUSED (x)\n"
      "13 connect(3, {sa_family=AF_INET, sin_port=htons(1), sin_addr=inet_addr(\"10.0.0.1\")}, 16) = -1 ECONNREFUSED (x)\n"
      "13 rename(\"/a\", \"/b\") = -1 EACCES (Permission denied)\n"
      "13 readlink(\"/l\", 0x7f, 9) = -1 EINVAL (Invalid argument)\n"
      "13 stat(\"/cut\"..., 0x7f) = -1 ENOENT (x)\n"
      "13 access(\"relative\", W_OK) = -1 ENOENT (x)\n",
      "/cwd");
  CHECK(calls == std::vector<FailedCall>{{"/home/u/lab/data/x", "openat", "ENOENT"},
                                         {"/srv/y", "openat", "EROFS", true},
                                         {"/opt/a", "execve", "ENOENT"},
                                         {"/run/x.sock", "connect", "ENOENT", false, true},
                                         {"/a", "rename", "EACCES", true},
                                         {"/b", "rename", "EACCES", true},
                                         {"/cwd/relative", "access", "ENOENT", true}});
}

TEST_CASE("strace: names are read back to the byte, whatever they hold, and lines that are none are passed by") {
  const auto calls = read_strace("1 stat(\"/a\\n\\\"b\\\\\\303\\244\\0335\", 0x1) = -1 ENOENT (x)\n"
                                 "\n = -1 ENOENT\n1 stat( = -1 ENOENT (x)\n1 stat(\"/open = -1 ENOENT (x)\n1 stat(\"\\0/z\", 1) = -1 ENOENT (x)\nstat(\"/no pid\", 1) = -1 ENOENT (x)",
                                 "/");
  CHECK(calls == std::vector<FailedCall>{{"/a\n\"b\\\xc3\xa4\x1b"
                                          "5",
                                          "stat", "ENOENT"},
                                         {"/no pid", "stat", "ENOENT"}});
}
