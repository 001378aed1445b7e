// SPDX-License-Identifier: MIT
#include "trace/store.h"

#include <fcntl.h>

#include <functional>

#include "base/digest.h"
#include "support/catch.h"
#include "support/memory_fs.h"
#include "support/temp_dir.h"
#include "trace/check.h"

using namespace psbc;
using base::AbsPath;
using test::look;
using trace::Output;

namespace {

const AbsPath home = AbsPath::literal("/home/u");
const std::string id = "lab-0123456789ab";

/// One project's store on the real disk, fed from a world in memory.
struct Bench {
  test::TempDir temp{test::fast_disk()};
  AbsPath root = temp / "state/psbc";
  test::MemoryFs fs;
  base::Env env;
  trace::Constants constants = {{"psbc", "build-1"}};
  trace::Facts facts = {{trace::FactKind::kind, "/home/u/.aws", "", "absent"}};
  std::vector<Output> outputs = {{"shell.bash", 0600, "export A=1\n"},
                                 {"enter.profile", 0600, "caps.drop all\n"},
                                 {"filter.bpf", 0400, std::string("\0\1", 2)}};
  trace::Store store = *trace::Store::open(root, id);

  trace::World world() { return {fs, env, constants}; }
  trace::Published publish() {
    auto lock = store.lock();
    REQUIRE(lock);
    auto published = store.publish(*lock, outputs, facts, world(), home);
    if (!published) FAIL(base::describe(published.error()));
    return *published;
  }
  trace::Freshness check() {
    auto current = store.current();
    REQUIRE(current);
    return trace::check(*current, world(), home);
  }
  AbsPath current(const std::string& name) { return store.current_directory() / name; }
  std::vector<std::string> generations() {
    std::vector<std::string> out;
    const auto names = base::RealFs().names(store.directory());
    for (const std::string& name : *names)
      if (name != "lock" && name != "current") out.push_back(name);
    return out;
  }
};

std::string read(const AbsPath& path) { return *base::RealFs().read(path, 1 << 20); }
void overwrite(const AbsPath& path, const std::string& text) {
  const base::Fd file(open(path.c_str(), O_WRONLY | O_TRUNC | O_CREAT, 0600));
  REQUIRE(base::write_all(file.get(), text, ""));
}

} // namespace

TEST_CASE("before the first build there is nothing, and asking makes nothing") {
  Bench b;
  CHECK(b.check().inputs == std::vector<std::string>{"nothing is built yet"});
  CHECK_FALSE(look(b.root).exists);
  CHECK(trace::list_builds(b.root)->empty());
  CHECK_FALSE(trace::Store::open(b.root, "../x"));
  CHECK_FALSE(trace::Store::open(b.root, ""));
}

TEST_CASE("a published build is fresh, private, and read back as it was") {
  Bench b;
  const auto published = b.publish();
  CHECK(published.written == std::vector<std::string>{"enter.profile", "filter.bpf", "shell.bash"});
  CHECK(published.moved.empty());
  CHECK(b.check().fresh());
  CHECK(read(b.current("enter.profile")) == "caps.drop all\n");
  CHECK((look(b.current("enter.profile")).mode & 07777) == 0600);
  CHECK((look(b.current("filter.bpf")).mode & 07777) == 0400);
  for (const AbsPath& path : {b.root, b.root / "builds", b.store.directory(), published.directory})
    CHECK((look(path).mode & 07777) == 0700);
  const auto result = b.store.current();
  REQUIRE(result);
  const std::optional<trace::Current>& current = *result;
  REQUIRE(current);
  CHECK(current->directory() == published.directory);
  CHECK(current->read("filter.bpf").operator*() == std::string("\0\1", 2));
  CHECK_FALSE(current->read("trace"));
  CHECK(trace::list_builds(b.root).operator*() == std::vector<std::string>{id});
}

TEST_CASE("the same bytes are not written again") {
  Bench b;
  const auto first = b.publish();
  const auto before = look(b.current("enter.profile")), trace_before = look(b.current("trace"));
  const auto directory = look(first.directory);
  const auto again = b.publish();
  CHECK(again.written.empty());
  CHECK_FALSE(again.trace_written);
  CHECK(look(b.current("enter.profile")) == before);
  CHECK(look(b.current("trace")) == trace_before);
  CHECK(look(again.directory) == directory);

  SECTION("other facts with the same outputs replace the trace alone") {
    b.facts.push_back({trace::FactKind::kind, "/home/u/.vimrc", "", "absent"});
    const auto later = b.publish();
    CHECK(later.written.empty());
    CHECK(later.trace_written);
    CHECK(later.directory == first.directory);
    CHECK(look(b.current("enter.profile")) == before);
    CHECK(look(b.current("trace")).inode != trace_before.inode);
    CHECK((*b.store.current())->trace().facts.back() == b.facts.back());
  }
  SECTION("an output that stays the same beside a changed one keeps its inode and its mtime") {
    b.outputs[0].bytes = "export A=2\n";
    const auto later = b.publish();
    CHECK(later.written == std::vector<std::string>{"shell.bash"});
    CHECK_FALSE(later.directory == first.directory);
    CHECK(look(b.current("enter.profile")) == before);
    CHECK(read(first.directory / "shell.bash") == "export A=1\n");
    CHECK(read(b.current("shell.bash")) == "export A=2\n");
  }
}

TEST_CASE("two generations are kept, and going back finds the old name") {
  Bench b;
  const auto first = b.publish();
  for (const char* text : {"b", "c", "d"}) {
    b.outputs[0].bytes = text;
    b.publish();
    CHECK(b.generations().size() == 2);
    CHECK(b.check().fresh());
  }
  b.outputs[0].bytes = "export A=1\n";
  CHECK(b.publish().directory == first.directory);
  b.outputs[0].bytes = "d";
  b.publish();
  CHECK(b.check().fresh());
  CHECK(b.generations().size() == 2);
}

TEST_CASE("an output that somebody touched is reported and put right") {
  struct Row {
    const char* sentence;
    const char* command;
  };
  const Row rows[] = {
      {"the output enter.profile was edited", "echo '#' >> enter.profile"},
      {"the output enter.profile was deleted", "rm enter.profile"},
      {"the output enter.profile was replaced by a link", "mv enter.profile x; ln -s x enter.profile"},
      {"the output enter.profile was replaced by a directory",
       "rm enter.profile; mkdir enter.profile; touch enter.profile/x"},
      {"the output enter.profile was replaced by something that is not a file",
       "rm enter.profile; mkfifo enter.profile"},
      {"the mode of the output enter.profile was changed", "chmod 644 enter.profile"},
      {"the directory of the last build was deleted, replaced, or opened to others", "chmod 755 ."},
      {"the directory of the last build was deleted, replaced, or opened to others", "rm -r ../gen-*"},
      {"the directory of the last build was deleted, replaced, or opened to others",
       "ln -sfn gen-none ../current"},
      {"the directory of the last build was deleted, replaced, or opened to others",
       "ln -sfn /etc ../current"},
      {"the directory of the last build was deleted, replaced, or opened to others",
       "ln -sfn ../../builds ../current"},
      {"the directory of the last build was deleted, replaced, or opened to others",
       "rm ../current; mkdir -p ../current/x"},
      {"the directory of the last build was deleted, replaced, or opened to others",
       "rm ../current; touch ../current"},
      {"the directory of the last build was deleted, replaced, or opened to others",
       "g=$(readlink ../current); mv ../$g ../../moved; ln -s ../moved ../$g"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.command);
    Bench b;
    b.publish();
    REQUIRE(system(("cd '" + b.store.directory().string() + "'/gen-* && { " + row.command + "; }").c_str()) ==
            0);
    const auto stale = b.check();
    CHECK(stale.inputs.empty());
    CHECK(stale.outputs == std::vector<std::string>{row.sentence});
    const auto published = b.publish();
    CHECK_FALSE(published.written.empty());
    CHECK(b.check().fresh());
    CHECK(read(b.current("enter.profile")) == "caps.drop all\n");
    CHECK(b.publish().written.empty());
    CHECK((*b.store.current())->read("enter.profile"));
  }
}

TEST_CASE("an edited output is not handed out even before it is put right") {
  Bench b;
  b.publish();
  const auto result = b.store.current();
  REQUIRE(result);
  const std::optional<trace::Current>& current = *result;
  overwrite(b.current("enter.profile"), "noblacklist /\n");
  CHECK_FALSE(current->read("enter.profile"));
  CHECK(current->read("shell.bash"));
}

TEST_CASE("a trace that cannot be believed makes a full build, and no more than the trace is written") {
  struct Row {
    const char* sentence;
    std::function<std::string(std::string)> spoil;
  };
  const Row rows[] = {
      {"the record of the last build cannot be read",
       [](std::string text) { return text.substr(0, text.size() / 2); }},
      {"the record of the last build cannot be read", [](const std::string&) { return ""; }},
      {"the record of the last build cannot be read",
       [](const std::string&) { return std::string(5 << 20, 'x'); }},
      {"the last build was made by a newer psbc", [](const std::string&) { return "psbc trace 3\n"; }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.sentence);
    Bench b;
    b.publish();
    const auto before = look(b.current("enter.profile"));
    overwrite(b.current("trace"), row.spoil(read(b.current("trace"))));
    CHECK(b.check().inputs == std::vector<std::string>{row.sentence});
    const auto published = b.publish();
    CHECK(published.written.empty());
    CHECK(published.trace_written);
    CHECK(look(b.current("enter.profile")) == before);
    CHECK(b.check().fresh());
  }
}

TEST_CASE("a trace file torn at every byte is put right by the next build") {
  Bench b;
  b.publish();
  const std::string whole = read(b.current("trace"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    overwrite(b.current("trace"), whole.substr(0, size));
    CHECK_FALSE(b.check().fresh());
    b.publish();
    CHECK(b.check().fresh());
  }
  CHECK(read(b.current("trace")) == whole);
}

TEST_CASE("inputs that change during the build make the next one a full build") {
  Bench b;
  b.fs.directory("/home/u/.aws"); // was absent when the build asked
  const auto published = b.publish();
  CHECK(published.moved == std::vector<std::string>{"`~/.aws` appeared (was absent at the last build)"});
  CHECK(b.check().inputs == published.moved);
  b.fs.remove("/home/u/.aws");
  CHECK(b.check().inputs == std::vector<std::string>{"files changed while the last build read them"});
  const auto next = b.publish();
  CHECK(next.written.empty());
  CHECK(b.check().fresh());
}

TEST_CASE("state directories that others could change are refused with a way out") {
  struct Row {
    const char* cause;
    const char* command;
  };
  const Row rows[] = {
      {"other users can get into it", "chmod 755 state/psbc"},
      {"other users can get into it", "chmod 710 state/psbc/builds"},
      {"other users can get into it", "chmod 701 state/psbc/builds/*"},
      {"it is a symbolic link", "mv state/psbc elsewhere; ln -s ../elsewhere state/psbc"},
      {"it is a symbolic link", "mv state/psbc/builds elsewhere; ln -s ../../elsewhere state/psbc/builds"},
      {"it is a symbolic link",
       "mv state/psbc/builds/lab* elsewhere; ln -s ../../../elsewhere state/psbc/builds/lab-0123456789ab"},
      {"it is not a directory", "rm -r state/psbc/builds; touch state/psbc/builds"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.command);
    Bench b;
    b.publish();
    REQUIRE(system(("cd '" + b.temp.path().string() + "' && " + row.command).c_str()) == 0);
    const auto current = b.store.current();
    REQUIRE_FALSE(current);
    CHECK(current.error().cause == row.cause);
    CHECK_FALSE(current.error().hint.empty());
    const auto lock = b.store.lock(0);
    REQUIRE_FALSE(lock);
    CHECK(lock.error().cause == row.cause);
  }
}

TEST_CASE("a foreign state directory is refused") {
  if (geteuid() != 0) return; // only root can give a directory away
  Bench b;
  b.publish();
  REQUIRE(chown(b.root.c_str(), 65534, 65534) == 0);
  const auto current = b.store.current();
  REQUIRE_FALSE(current);
  CHECK(current.error().cause == "it belongs to another user");
}

TEST_CASE("the parents of the state directory may be links: they are the user's own") {
  Bench b;
  REQUIRE(system(("cd '" + b.temp.path().string() + "' && mkdir disk && ln -s disk state").c_str()) == 0);
  b.publish();
  CHECK(b.check().fresh());
  CHECK(look(b.temp / "disk/psbc/builds").exists);
}

TEST_CASE("links planted at psbc's own names are replaced or refused, never written through") {
  Bench b;
  b.publish();
  overwrite(b.temp / "victim", "precious");
  const std::string victim = (b.temp / "victim").string();
  const auto plant = [&](const AbsPath& at) {
    unlink(at.c_str());
    REQUIRE(symlink(victim.c_str(), at.c_str()) == 0);
  };
  SECTION("lock") {
    plant(b.store.directory() / "lock");
    CHECK_FALSE(b.store.lock(0));
  }
  SECTION("trace") {
    plant(b.current("trace"));
    CHECK_FALSE(b.check().fresh());
    b.publish();
    CHECK(b.check().fresh());
  }
  SECTION("an output and the temporary names") {
    plant(b.current("enter.profile"));
    plant(b.store.directory() / "tmp.0");
    plant(b.store.directory() / ("." + std::string("current.") + std::to_string(getpid()) + ".tmp"));
    plant(b.current(".trace." + std::to_string(getpid()) + ".tmp"));
    b.publish();
    CHECK(b.check().fresh());
  }
  CHECK(read(b.temp / "victim") == "precious");
}

TEST_CASE("names that are not for outputs are refused before anything is written") {
  for (const char* name : {"", "a/b", "../x", "trace", ".hidden", "shell.bash"}) {
    CAPTURE(name);
    Bench b;
    b.outputs.push_back({name, 0600, "x"});
    auto lock = b.store.lock();
    REQUIRE(lock);
    CHECK_FALSE(b.store.publish(*lock, b.outputs, b.facts, b.world(), home));
    CHECK(b.generations().empty());
  }
}

TEST_CASE("a build is removed whole, and nothing else with it") {
  Bench b;
  b.publish();
  const auto other = *trace::Store::open(b.root, "other-0123456789ab");
  {
    auto lock = other.lock();
    REQUIRE(lock);
    REQUIRE(other.publish(*lock, b.outputs, b.facts, b.world(), home));
  }
  overwrite(b.temp / "kept", "kept");
  REQUIRE(symlink((b.temp / "kept").c_str(), (b.current("link")).c_str()) == 0);
  CHECK(trace::list_builds(b.root)->size() == 2);
  CHECK(trace::remove_build(b.root, id));
  CHECK(trace::list_builds(b.root).operator*() == std::vector<std::string>{"other-0123456789ab"});
  CHECK(read(b.temp / "kept") == "kept");
  CHECK(trace::remove_build(b.root, id));
  CHECK_FALSE(trace::remove_build(b.root, "../psbc"));
  b.publish();
  CHECK(b.check().fresh());
}
