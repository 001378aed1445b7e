// SPDX-License-Identifier: MIT
#include "trust/store.h"

#include <fcntl.h>

#include "base/fs.h"
#include "base/records.h"
#include "base/digest.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;
using base::AbsPath;
using trust::Verdict;

namespace {

const AbsPath root = AbsPath::literal("/home/u/code/lab");
const std::string id = "lab-0123456789ab";

struct Bench {
  test::TempDir temp;
  AbsPath state = temp / "psbc";
  trust::Store store{state};
  AbsPath file() { return state / "trust" / id; }
  void overwrite(const std::string& text) {
    const base::Fd fd(open(file().c_str(), O_WRONLY | O_TRUNC));
    REQUIRE(base::write_all(fd.get(), text, ""));
  }
  Verdict verdict(std::string_view config) { return store.lookup(id, root, config)->verdict; }
};

} // namespace

TEST_CASE("what was never approved is not approved, and asking makes nothing") {
  Bench b;
  CHECK(b.verdict("name = 'lab'") == Verdict::never);
  CHECK_FALSE(test::look(b.state).exists);
  CHECK(b.store.list()->empty());
  CHECK_FALSE(*b.store.revoke(id));
}

TEST_CASE("an approval is for these bytes at this root") {
  Bench b;
  std::string config = "name = 'lab'\n";
  for (int byte = 0; byte < 256; ++byte) config += static_cast<char>(byte);
  REQUIRE(b.store.approve(id, root, config));
  CHECK(b.verdict(config) == Verdict::approved);
  const auto changed = b.store.lookup(id, root, config + " ");
  CHECK(changed->verdict == Verdict::changed);
  CHECK(changed->approved_bytes == config);
  CHECK(b.verdict("") == Verdict::changed);
  CHECK(b.store.lookup(id, AbsPath::literal("/home/u/code/lab2"), config)->verdict == Verdict::never);
  CHECK(b.store.lookup("lab-ffffffffffff", root, config)->verdict == Verdict::never);
  CHECK((test::look(b.file()).mode & 07777) == 0600);
  CHECK((test::look(b.state / "trust").mode & 07777) == 0700);
  CHECK(b.store.list().operator*() == std::vector<std::string>{id});
}

TEST_CASE("a new approval takes the place of the old one, and revoking ends it") {
  Bench b;
  REQUIRE(b.store.approve(id, root, "one"));
  REQUIRE(b.store.approve(id, root, "two"));
  CHECK(b.verdict("one") == Verdict::changed);
  CHECK(b.verdict("two") == Verdict::approved);
  CHECK(*b.store.revoke(id));
  CHECK(b.verdict("two") == Verdict::never);
  CHECK_FALSE(*b.store.revoke(id));
}

TEST_CASE("an approval torn at any byte approves nothing") {
  Bench b;
  REQUIRE(b.store.approve(id, root, "name = 'lab'\n"));
  const std::string whole = *base::RealFs().read(b.file(), 1 << 20);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    b.overwrite(whole.substr(0, size));
    CHECK(b.verdict("name = 'lab'\n") == Verdict::never);
    CHECK(b.verdict("") == Verdict::never);
  }
  b.overwrite(whole);
  CHECK(b.verdict("name = 'lab'\n") == Verdict::approved);
}

TEST_CASE("an approval that says more than this psbc knows approves nothing") {
  Bench b;
  const auto write = [&](int version, std::initializer_list<std::string_view> extra) {
    base::RecordWriter text("trust", version);
    text.add({"root", root.string()});
    text.add({"file", ".python-sandbox.toml", base::digest("x"), "x"});
    if (extra.size() > 0) text.add(extra);
    b.overwrite(std::move(text).finish());
  };
  REQUIRE(b.store.approve(id, root, "x"));
  write(1, {});
  CHECK(b.verdict("x") == Verdict::approved);
  write(1, {"only-with", "--no-network"});
  CHECK(b.verdict("x") == Verdict::never);
  CHECK_FALSE(b.store.lookup(id, root, "x")->note.empty());
  write(1, {"file", ".python-sandbox.toml", base::digest("y"), "y"});
  CHECK(b.verdict("y") == Verdict::never);
  write(2, {});
  CHECK(b.verdict("x") == Verdict::never);
}

TEST_CASE("an approval is never read through a link, nor from a directory of others") {
  Bench b;
  REQUIRE(b.store.approve(id, root, "x"));
  SECTION("the file") {
    const AbsPath moved = b.temp / "moved";
    REQUIRE(rename(b.file().c_str(), moved.c_str()) == 0);
    REQUIRE(symlink(moved.c_str(), b.file().c_str()) == 0);
    const auto looked = b.store.lookup(id, root, "x");
    REQUIRE_FALSE(looked);
    CHECK(looked.error().code == ELOOP);
    // Approving again replaces the link itself.
    REQUIRE(b.store.approve(id, root, "y"));
    CHECK(b.verdict("y") == Verdict::approved);
    CHECK(base::RealFs().kind(b.file()) == base::Kind::file);
  }
  SECTION("the directory") {
    const AbsPath trust = b.state / "trust", moved = b.temp / "moved";
    REQUIRE(rename(trust.c_str(), moved.c_str()) == 0);
    REQUIRE(symlink(moved.c_str(), trust.c_str()) == 0);
    CHECK_FALSE(b.store.lookup(id, root, "x"));
    CHECK_FALSE(b.store.approve(id, root, "x"));
  }
  SECTION("the mode") {
    REQUIRE(chmod((b.state / "trust").c_str(), 0777) == 0);
    CHECK_FALSE(b.store.lookup(id, root, "x"));
  }
  for (const char* bad : {"", ".", "..", "a/b", "../names/lab"}) CHECK_FALSE(b.store.lookup(bad, root, "x"));
}
