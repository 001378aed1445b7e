// SPDX-License-Identifier: MIT
// What a build leaves behind when it is killed, when others build at once, and when the disk refuses.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/ptrace.h>

#include <functional>
#include <random>

#include "base/lock.h"
#include "support/catch.h"
#include "support/memory_fs.h"
#include "support/temp_dir.h"
#include "trace/check.h"

using namespace psbc;
using base::AbsPath;

namespace {

const AbsPath home = AbsPath::literal("/home/u");
const std::string id = "lab-0123456789ab";
const std::vector<std::string> names = {"enter.profile", "filter.bpf", "plan", "shell.bash",
                                        "standalone.profile"};

/// Builds that can be told apart: every output of version N says so, but `plan` is always the same.
struct Builder {
  explicit Builder(const AbsPath& state_root) : store(*trace::Store::open(state_root, id)) {}
  trace::Store store;
  test::MemoryFs fs;
  base::Env env;
  trace::Constants constants;

  base::Result<trace::Published> build(int version, std::size_t padding = 0) {
    std::vector<trace::Output> outputs;
    for (const std::string& name : names)
      outputs.push_back(
          {name, 0600,
           (name == "plan" ? "same" : std::to_string(version)) + "\n" + std::string(padding, ' ')});
    constants = {{"version", std::to_string(version)}};
    TRY_ASSIGN(const trace::Lock lock, store.lock(20000));
    return store.publish(lock, outputs, {}, {fs, env, constants}, home);
  }

  /// The version that is built now, -1 for none, -2 when it is not whole.
  int version() {
    const auto current = store.current();
    if (!current) return -2;
    if (!*current) return -1;
    const trace::Current& build = **current;
    if (build.state() != base::RecordsState::whole || build.trace().facts.size() != 1) return -2;
    const std::string number(build.trace().facts[0].value);
    for (const std::string& name : names) {
      const auto bytes = build.read(name);
      if (!bytes || bytes->substr(0, bytes->find('\n')) != (name == "plan" ? "same" : number)) return -2;
    }
    return std::stoi(number);
  }

  std::size_t entries() { return base::RealFs().names(store.directory())->size(); }
};

constexpr std::size_t lock_current_and_two_generations = 4;

/// Runs `body` in a child that is killed right before its n-th system call. False when the child was
/// done before that; nothing when this machine does not allow ptrace.
template <class Body>
std::optional<bool> kill_at(int n, const Body& body) {
  const pid_t child = fork();
  if (child == 0) {
    if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(99);
    raise(SIGSTOP);
    body();
    _exit(0);
  }
  int status = 0;
  // Odd stops are entries, even ones (and the SIGSTOP) are exits.
  for (int stop = 0;; ++stop) {
    waitpid(child, &status, 0);
    if (WIFEXITED(status)) return WEXITSTATUS(status) == 99 ? std::nullopt : std::optional(false);
    if (stop == 2 * n + 1) break;
    ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return true;
}

// Of the system calls at which a builder is killed, each so many'th: under a sanitizer a start takes long, and shows nothing new.
#ifdef __SANITIZE_ADDRESS__
constexpr int stride = 40;
#else
constexpr int stride = 1;
#endif

} // namespace

TEST_CASE("a build killed at any system call leaves the old build or the new one, whole") {
  struct Row {
    const char* what;
    std::function<void(Builder&)> before;
    int old_version;
  };
  const Row rows[] = {
      {"the first build", [](Builder&) {}, -1},
      {"new outputs", [](Builder& b) { REQUIRE((b.build(5) && b.build(1))); }, 1},
      {"back to the generation before", [](Builder& b) { REQUIRE((b.build(2) && b.build(1))); }, 1},
      {"a damaged output",
       [](Builder& b) {
         REQUIRE((b.build(1) && b.build(2)));
         REQUIRE(truncate((b.store.current_directory() / "shell.bash").c_str(), 0) == 0);
       },
       -2},
      {"the trace alone",
       [](Builder& b) {
         REQUIRE((b.build(1) && b.build(2)));
         REQUIRE(truncate((b.store.current_directory() / "trace").c_str(), 10) == 0);
       },
       -2},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    bool old_seen = false, new_seen = false;
    for (int n = 0;; n += stride) {
      CAPTURE(n);
      test::TempDir temp(test::fast_disk());
      Builder builder(temp / "psbc");
      row.before(builder);
      const auto killed = kill_at(n, [&] { (void)builder.build(2); });
      if (!killed) return; // no ptrace here
      const int version = builder.version();
      CHECK((version == row.old_version || version == 2));
      old_seen = old_seen || version == row.old_version;
      new_seen = new_seen || version == 2;
      if (!*killed) break;
      // The next build works, and leaves nothing half-written behind.
      REQUIRE(builder.build(3));
      CHECK(builder.version() == 3);
      CHECK(builder.entries() <= lock_current_and_two_generations);
    }
    CHECK((old_seen && new_seen));
  }
}

TEST_CASE("a removal killed at any system call leaves a build or none, and can be repeated") {
  for (int n = 0;; n += stride) {
    CAPTURE(n);
    test::TempDir temp(test::fast_disk());
    Builder builder(temp / "psbc");
    REQUIRE((builder.build(1) && builder.build(2)));
    const auto killed = kill_at(n, [&] { (void)trace::remove_build(temp / "psbc", id); });
    if (!killed || !*killed) break;
    const int version = builder.version();
    CHECK((version == 2 || version == -1));
    REQUIRE(trace::remove_build(temp / "psbc", id));
    CHECK(builder.version() == -1);
    CHECK(base::RealFs().names(temp / "psbc/builds")->empty());
  }
}

TEST_CASE("kill -9 at random instants, again and again, on one state directory") {
  test::TempDir temp;
  Builder builder(temp / "psbc");
  REQUIRE(builder.build(0));
  std::minstd_rand random(20240607);
  int next = 0;
  for (int round = 0; round < 100; ++round) {
    CAPTURE(round);
    const pid_t child = fork();
    if (child == 0)
      for (int version = next + 1;; ++version)
        if (!builder.build(version, 5000)) _exit(1);
    usleep(static_cast<useconds_t>(random() % 4000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    const int version = builder.version();
    CHECK(version >= next);
    next = std::max(version, next);
  }
  REQUIRE(builder.build(-7));
  CHECK(builder.version() == -7);
  CHECK(builder.entries() == lock_current_and_two_generations);
}

TEST_CASE("many build at once, and whoever reads finds a whole build") {
  test::TempDir temp;
  Builder reader(temp / "psbc");
  REQUIRE(reader.build(0));
  std::vector<pid_t> writers;
  for (int writer = 1; writer <= 6; ++writer) {
    const pid_t child = fork();
    if (child == 0) {
      Builder builder(temp / "psbc");
      for (int i = 0; i < 25; ++i)
        if (!builder.build(writer * 1000 + i)) _exit(1);
      _exit(0);
    }
    writers.push_back(child);
  }
  int whole = 0, failed = 0;
  for (std::size_t running = writers.size(); running > 0;) {
    // -2: two builds passed between looking up the link and reading; a caller builds, under the lock.
    whole += reader.version() >= 0 ? 1 : 0;
    int status = 0;
    if (waitpid(-1, &status, WNOHANG) <= 0) continue;
    --running;
    failed += WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
  }
  CHECK(failed == 0);
  CHECK(whole > 0);
  CHECK(reader.version() >= 1000);
  CHECK(reader.entries() == lock_current_and_two_generations);
}

TEST_CASE("who waits for the lock too long is told who holds it") {
  test::TempDir temp;
  Builder builder(temp / "psbc");
  const std::string holder = std::to_string(getpid());
  auto held = builder.store.lock();
  REQUIRE(held);
  CHECK(test::in_child([&] {
          const auto lock = builder.store.lock(30);
          return !lock && lock.error().cause == "process " + holder + " holds it" &&
                         !lock.error().hint.empty()
                     ? 0
                     : 1;
        }) == 0);
}

TEST_CASE("the lock of a killed process is free at once") {
  test::TempDir temp;
  Builder builder(temp / "psbc");
  CHECK(test::in_child([&] {
          const auto lock = builder.store.lock();
          return lock ? raise(SIGKILL) : 1;
        }) == 128 + SIGKILL);
  CHECK(builder.store.lock(0));
}

TEST_CASE("who waits for the lock of a build that is cleaned gets a new one") {
  test::TempDir temp;
  Builder builder(temp / "psbc");
  REQUIRE(builder.build(1));
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t holder = fork();
  if (holder == 0) {
    const auto held = builder.store.lock();
    if (!held || write(ready[1], "x", 1) != 1) _exit(1);
    usleep(50000);
    const std::string command = "rm -rf '" + builder.store.directory().string() + "'";
    _exit(system(command.c_str()));
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  CHECK(builder.build(2));
  CHECK(builder.version() == 2);
  int status = 0;
  waitpid(holder, &status, 0);
  CHECK(status == 0);
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("a state directory that cannot be written is an error, and the last build stays") {
  test::TempDir temp;
  const AbsPath root = temp / "psbc";
  REQUIRE(chmod(temp.path().c_str(), 0777) == 0);
  CHECK(test::as_ordinary_user([&] {
          Builder builder(root);
          if (!builder.build(1)) return 1;
          chmod(builder.store.directory().c_str(), 0500);
          const auto published = builder.build(2);
          if (published || published.error().code != EACCES || published.error().hint.empty()) return 2;
          if (builder.version() != 1) return 3;
          chmod(builder.store.directory().c_str(), 0700);
          return builder.build(2) && builder.version() == 2 &&
                         builder.entries() == lock_current_and_two_generations
                     ? 0
                     : 4;
        }) == 0);
  CHECK(test::as_ordinary_user([&] {
          const auto lock = trace::Store::open(AbsPath::literal("/proc/psbc"), id)->lock(0);
          return !lock && !base::describe(lock.error()).empty() ? 0 : 1;
        }) == 0);
}

TEST_CASE("a read-only or full disk is an error with a way out, and the last build stays") {
  test::TempDir temp;
  const int status = test::in_child([&] {
    // A mount namespace of our own: nothing is left mounted, whatever happens.
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return 77;
    if (mount("tmpfs", temp.path().c_str(), "tmpfs", 0, "size=256k,mode=0700") != 0) return 77;
    Builder builder(temp / "psbc");
    if (!builder.build(1)) return 1;
    for (std::size_t padding = 1000; padding <= 100000; padding += 9000) {
      const auto published = builder.build(2, padding);
      if (published && padding > 60000) return 2;
      if (!published && (published.error().code != ENOSPC || published.error().hint.empty())) return 3;
      if (builder.version() != (published ? 2 : 1)) return 4;
      if (builder.entries() > lock_current_and_two_generations) return 5; // the half-written one took no room
      if (!builder.build(1) || builder.version() != 1) return 6;
    }
    // Not even room for a directory.
    const base::Fd filler(open((temp / "filler").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const std::string block(4096, 'x');
    while (base::write_all(filler.get(), block, "")) {
    }
    if (builder.build(2) || builder.version() != 1) return 7;
    unlink((temp / "filler").c_str());
    if (mount("none", temp.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) return 77;
    const auto published = builder.build(2);
    if (published || published.error().code != EROFS || published.error().hint.empty()) return 8;
    return builder.version() == 1 ? 0 : 9;
  });
  if (status == 77) return; // needs root
  CHECK(status == 0);
}
