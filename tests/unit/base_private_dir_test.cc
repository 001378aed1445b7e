// SPDX-License-Identifier: MIT
#include "base/private_dir.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;
using base::AbsPath;
using base::PrivateDir;

namespace {

std::string text(const PrivateDir& directory, const std::string& name) {
  const auto content = directory.read(name, 100);
  return content ? content->bytes : base::describe(content.error());
}

} // namespace

TEST_CASE("a replaced file is a new one with mode 0600, whatever was there and whatever the umask") {
  test::TempDir temp;
  const mode_t before = umask(0);
  const auto directory = PrivateDir::make(temp / "a/b/state");
  REQUIRE(directory);
  CHECK((test::look(directory->path()).mode & 07777) == 0700);
  for (const mode_t mask : {0, 022, 0777}) {
    umask(mask);
    CHECK(directory->replace("x", "one"));
    CHECK(text(*directory, "x") == "one");
    CHECK((test::look(directory->path() / "x").mode & 07777) == 0600);
  }
  umask(before);
  const auto inode = test::look(directory->path() / "x").inode;
  CHECK(directory->replace("x", "two"));
  CHECK(test::look(directory->path() / "x").inode != inode);
  CHECK(directory->names()->size() == 1);
}

TEST_CASE("files that are not plainly ours are not read") {
  test::TempDir temp;
  const auto directory = PrivateDir::make(temp / "state");
  REQUIRE(directory);
  REQUIRE(directory->replace("file", "text"));
  REQUIRE(symlinkat("file", directory->fd(), "link") == 0);
  REQUIRE(mkdirat(directory->fd(), "directory", 0700) == 0);
  REQUIRE(mkfifoat(directory->fd(), "fifo", 0600) == 0);
  CHECK(directory->read("file", 4)->bytes == "text");
  struct Row {
    const char* name;
    int code;
  };
  for (const Row& row : {Row{"link", ELOOP}, {"directory", EISDIR}, {"fifo", EINVAL}, {"none", ENOENT}}) {
    CAPTURE(row.name);
    const auto content = directory->read(row.name, 100);
    REQUIRE_FALSE(content);
    CHECK(content.error().code == row.code);
  }
  CHECK(directory->read("file", 3).error().code == EFBIG);
  if (geteuid() != 0) return;
  REQUIRE(fchownat(directory->fd(), "file", 65534, 65534, 0) == 0);
  CHECK(directory->read("file", 100).error().code == EPERM);
}

TEST_CASE("a link is moved in one step, and a link is never written through") {
  test::TempDir temp;
  const auto directory = PrivateDir::make(temp / "state");
  REQUIRE((directory && directory->point("current", "one") && directory->point("current", "two")));
  CHECK(*directory->target("current") == "two");
  REQUIRE(directory->replace("two", "precious"));
  REQUIRE(directory->replace("current", "new"));
  CHECK(text(*directory, "two") == "precious");
  CHECK(text(*directory, "current") == "new");
  CHECK_FALSE(directory->create("two", "x", 0600));
}

TEST_CASE("a tree is removed however its owner arranged it, and nothing outside of it") {
  test::TempDir temp(test::fast_disk());
  REQUIRE(chmod(temp.path().c_str(), 0777) == 0);
  CHECK(test::as_ordinary_user([&] {
          const auto directory = PrivateDir::make(temp / "state");
          if (!directory || !directory->replace("kept", "kept")) return 1;
          // Deeper than descriptors and PATH_MAX allow, without permissions, and with links to the outside.
          int at = openat(directory->fd(), ".", O_RDONLY | O_DIRECTORY);
          for (int depth = 0; depth < 2000; ++depth) {
            const char* name = depth == 0 ? "tree" : "d";
            if (mkdirat(at, name, 0700) != 0) return 2;
            const int next = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
            close(at);
            at = next;
            if (symlinkat("/", at, "root") != 0 || symlinkat("../kept", at, "kept") != 0) return 3;
            const int file = openat(at, "file", O_WRONLY | O_CREAT, 0);
            if (file < 0) return 4;
            close(file);
            if (mkdirat(at, "locked", 0700) != 0 || mkdirat(at, "locked/in", 0500) != 0 ||
                fchmodat(at, "locked", 0, 0) != 0)
              return 5;
          }
          close(at);
          if (!directory->remove("tree") || !directory->remove("tree")) return 6;
          return *directory->names() == std::vector<std::string>{"kept"} && text(*directory, "kept") == "kept"
                     ? 0
                     : 7;
        }) == 0);
}

TEST_CASE("a stamp changes with an edit, a replacement and the mode, and not with another name for the file") {
  test::TempDir temp;
  const auto directory = PrivateDir::make(temp / "state");
  const auto other = PrivateDir::make(temp / "other");
  REQUIRE((directory && other));
  REQUIRE(directory->replace("file", "text"));
  const std::string before = directory->stamp("file");
  CHECK_FALSE(before.empty());
  REQUIRE(other->link_from(*directory, "file"));
  CHECK(directory->stamp("file") == before);
  CHECK(other->stamp("file") == before);
  REQUIRE(fchmodat(directory->fd(), "file", 0640, 0) == 0);
  CHECK(directory->stamp("file") != before);
  REQUIRE(fchmodat(directory->fd(), "file", 0600, 0) == 0);
  REQUIRE(directory->replace("file", "tex2"));
  CHECK(directory->stamp("file") != before);
  REQUIRE(symlinkat("file", directory->fd(), "link") == 0);
  CHECK(directory->stamp("link").empty());
  CHECK(directory->stamp("nothing").empty());
}
