// SPDX-License-Identifier: MIT
#include "trust/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/file.h"
#include "base/fs.h"
#include "base/records.h"
#include "support/catch.h"
#include "support/temp_dir.h"

using namespace psbc;
using base::AbsPath;
using trust::Approval;
using trust::Capabilities;

namespace {

const AbsPath root = AbsPath::literal("/home/u/code/lab");
const std::string id = "lab-0123456789ab";
const Capabilities reads = {{"readonly", "/data"}};

struct Bench {
  test::TempDir temp;
  AbsPath state = temp / "psbc";
  trust::Store store{state};
  AbsPath file() { return state / "trust" / id; }
  void overwrite(const std::string& text) {
    const base::Fd fd(open(file().c_str(), O_WRONLY | O_TRUNC));
    REQUIRE(base::write_all(fd.get(), text, ""));
  }
  Approval approval() { return *store.lookup(id, root); }
};

} // namespace

TEST_CASE("what was never approved is not approved, and asking makes nothing") {
  Bench b;
  CHECK_FALSE(b.approval().granted);
  CHECK_FALSE(test::look(b.state).exists);
  CHECK(b.store.list()->empty());
  CHECK_FALSE(*b.store.revoke(id));
}

TEST_CASE("an approval is for one set at one root, and keeps the bytes") {
  Bench b;
  std::string config = "name = 'lab'\n";
  for (int byte = 0; byte < 256; ++byte) config += static_cast<char>(byte);
  REQUIRE(b.store.keep(id, root, {.granted = reads, .config = config, .denied = {}}));
  CHECK(b.approval().granted == reads);
  CHECK(b.approval().config == config);
  CHECK_FALSE(b.store.lookup(id, AbsPath::literal("/home/u/code/lab2"))->granted);
  CHECK_FALSE(b.store.lookup("lab-ffffffffffff", root)->granted);
  CHECK((test::look(b.file()).mode & 07777) == 0600);
  CHECK((test::look(b.state / "trust").mode & 07777) == 0700);
  CHECK(b.store.list().operator*() == std::vector<std::string>{id});
}

TEST_CASE("a new approval takes the place of the old one, and revoking ends it") {
  Bench b;
  REQUIRE(b.store.keep(id, root, {.granted = reads, .config = "one", .denied = {}}));
  REQUIRE(b.store.keep(id, root, {.granted = Capabilities{}, .config = "two", .denied = trust::digest(reads, AbsPath::literal("/home/ann"))}));
  CHECK(b.approval().granted == Capabilities{});
  CHECK(b.approval().config == "two");
  CHECK(b.approval().denied == trust::digest(reads, AbsPath::literal("/home/ann")));
  CHECK(*b.store.revoke(id));
  CHECK_FALSE(b.approval().granted);
}

TEST_CASE("a denial alone approves nothing") {
  Bench b;
  REQUIRE(b.store.keep(id, root, {.granted = std::nullopt, .config = {}, .denied = trust::digest(reads, AbsPath::literal("/home/ann"))}));
  CHECK_FALSE(b.approval().granted);
  CHECK(b.approval().denied == trust::digest(reads, AbsPath::literal("/home/ann")));
}

TEST_CASE("an approval torn at any byte approves nothing") {
  Bench b;
  REQUIRE(b.store.keep(id, root, {.granted = reads, .config = "name = 'lab'\n", .denied = {}}));
  const std::string whole = *base::RealFs().read(b.file(), 1 << 20);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    b.overwrite(whole.substr(0, size));
    CHECK_FALSE(b.approval().granted);
  }
  b.overwrite(whole);
  CHECK(b.approval().granted == reads);
}

TEST_CASE("an approval that says more than this psbc knows approves nothing") {
  Bench b;
  REQUIRE(b.store.keep(id, root, {.granted = reads, .config = "x", .denied = {}}));
  const auto with = [&](int version, std::initializer_list<std::string_view> extra) {
    base::RecordWriter out("trust", version);
    out.add({"root", root.string()});
    out.add({"granted", trust::serialise(reads)});
    out.add(extra);
    b.overwrite(std::move(out).finish());
    return b.approval();
  };
  CHECK(with(2, {"file", "x"}).granted == reads);
  CHECK_FALSE(with(2, {"only-with", "--no-network"}).granted);
  CHECK_FALSE(with(2, {"file", "x", "y"}).granted);
  CHECK_FALSE(with(2, {"root", root.string()}).granted);
  CHECK_FALSE(with(2, {"granted", trust::serialise({{"writable", "/"}})}).granted);
  CHECK(with(3, {"file", "x"}).note.find("newer") != std::string::npos);
  CHECK_FALSE(with(1, {"file", "x"}).granted);
  for (const trust::Capability& unknown : {trust::Capability{"coffee", "black"}, {"schema", "1"}, {"network", "full"}, {"network.access", "fuller"}}) {
    base::RecordWriter out("trust", 2);
    out.add({"root", root.string()});
    out.add({"granted", trust::serialise({unknown})});
    b.overwrite(std::move(out).finish());
    CAPTURE(unknown.key);
    CHECK_FALSE(b.approval().granted);
    CHECK_FALSE(b.approval().note.empty());
  }
}

TEST_CASE("an approval is never read through a link, nor from a directory of others") {
  Bench b;
  const Approval some{.granted = reads, .config = "x", .denied = {}};
  REQUIRE(b.store.keep(id, root, some));
  SECTION("the file") {
    const AbsPath moved = b.temp / "moved";
    REQUIRE(rename(b.file().c_str(), moved.c_str()) == 0);
    REQUIRE(symlink(moved.c_str(), b.file().c_str()) == 0);
    const auto looked = b.store.lookup(id, root);
    REQUIRE_FALSE(looked);
    CHECK(looked.error().code == ELOOP);
    // Approving again replaces the link itself.
    REQUIRE(b.store.keep(id, root, some));
    CHECK(b.approval().granted == reads);
    CHECK(base::RealFs().kind(b.file()) == base::Kind::file);
  }
  SECTION("the directory") {
    const AbsPath trust = b.state / "trust", moved = b.temp / "moved";
    REQUIRE(rename(trust.c_str(), moved.c_str()) == 0);
    REQUIRE(symlink(moved.c_str(), trust.c_str()) == 0);
    CHECK_FALSE(b.store.lookup(id, root));
    CHECK_FALSE(b.store.keep(id, root, some));
  }
  SECTION("the mode") {
    REQUIRE(chmod((b.state / "trust").c_str(), 0777) == 0);
    CHECK_FALSE(b.store.lookup(id, root));
  }
  for (const char* bad : {"", ".", "..", "a/b", "../names/lab"}) CHECK_FALSE(b.store.lookup(bad, root));
}

TEST_CASE("what was revoked or approved while an entry looked is not taken back by it") {
  Bench b;
  REQUIRE(b.store.keep(id, root, {.granted = reads, .config = "one", .denied = {}}));
  const Approval seen = b.approval();
  const Approval narrower = {.granted = reads, .config = "two", .denied = {}};
  SECTION("nobody did") {
    CHECK(*b.store.renew(id, root, seen, narrower));
    CHECK(b.approval().config == "two");
  }
  SECTION("revoked") {
    REQUIRE(*b.store.revoke(id));
    CHECK_FALSE(*b.store.renew(id, root, seen, narrower));
    CHECK_FALSE(b.approval().granted);
  }
  SECTION("approved, or denied") {
    REQUIRE(b.store.keep(id, root, {.granted = reads, .config = "one", .denied = "a set"}));
    CHECK_FALSE(*b.store.renew(id, root, seen, narrower));
    CHECK(b.approval().denied == "a set");
  }
}

TEST_CASE("the digest of a set is the same for each developer's home, and another one for what only looks alike") {
  const auto reads_at = [](const char* path) { return Capabilities{{"readonly", path}}; };
  const AbsPath ann = AbsPath::literal("/home/ann"), bob = AbsPath::literal("/home/bob");
  CHECK(trust::digest(reads_at("/home/ann/data"), ann) == trust::digest(reads_at("/home/bob/data"), bob));
  CHECK(trust::digest(reads_at("/home/ann/data"), ann) != trust::digest(reads_at("/home/ann/data"), bob)); // somebody else's home
  CHECK(trust::digest(reads_at("/home/ann/data"), ann) != trust::digest(reads_at("~/data"), ann));         // in the project
  CHECK(trust::digest(reads_at("/home/ann/data"), ann) != trust::digest(reads_at("/~/data"), ann));
  CHECK(trust::digest(reads_at("/home/annex/data"), ann) == trust::digest(reads_at("/home/annex/data"), bob));
  CHECK(trust::digest(reads_at("/srv/data"), ann) == trust::digest(reads_at("/srv/data"), bob));
}
