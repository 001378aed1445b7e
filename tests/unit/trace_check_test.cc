// SPDX-License-Identifier: MIT
#include "trace/check.h"

#include <functional>

#include "support/catch.h"
#include "support/memory_fs.h"
#include "trace/recorder.h"

using namespace psbc;
using base::AbsPath;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

/// The world of a small build, and what is asked of it.
struct Scene {
  test::MemoryFs fs;
  base::Env env{Variables{{"HOME", "/home/u"}, {"PSBC_ENVS_PATH", "/data/envs"}}};
  trace::Constants constants = {{"psbc", "build-1"}, {"schema", "s1"}, {"template", "t1"}};

  Scene() {
    fs.file("/home/u/code/lab/.python-sandbox.toml", "name = 'lab'\n")
        .file("/home/u/code/lab/.env", "K=1", 0600)
        .file("/home/u/.vimrc", "set nu")
        .directory("/home/u/.config/nvim")
        .link("/home/u/.tmux.conf", "dotfiles/tmux.conf")
        .file("/home/u/dotfiles/tmux.conf")
        .directory("/home/u/music")
        .unreadable("/home/u/.netrc")
        .program("/usr/bin/firejail", "firejail version 0.9.72", "f1")
        .program("/usr/bin/psbc", "", "p1");
  }

  std::vector<std::string> explain(const trace::Facts& facts, const base::Env& now) {
    std::vector<std::string> out;
    for (const auto& difference : trace::differences(facts, {fs, now, constants}))
      out.push_back(trace::explain(difference, fs, AbsPath::literal("/home/u")));
    return out;
  }
};

/// Asks everything that a build may ask, about everything in the scene and about what is absent.
trace::Facts ask_all(Scene& scene) {
  trace::Facts facts;
  trace::note_constants(facts, scene.constants);
  trace::FsRecorder fs(scene.fs, facts);
  const trace::EnvRecorder env(scene.env, facts);
  (void)env.get("PSBC_ENVS_PATH");
  (void)env.get("PYSANDBOX_ENVS_PATH");
  for (const char* text : {"/home/u/code/lab/.python-sandbox.toml", "/home/u/code/lab/.env", "/home/u/.vimrc",
                           "/home/u/.config/nvim", "/home/u/.tmux.conf", "/home/u/.netrc", "/home/u/.aws"}) {
    const AbsPath path = AbsPath::literal(text);
    (void)base::resolve(fs, path);
    (void)fs.read(path, 65536);
    (void)fs.ownership(path);
    (void)fs.link_count(path);
  }
  (void)fs.names(AbsPath::literal("/home/u"));
  (void)fs.names(AbsPath::literal("/home/u/.config"));
  (void)fs.among(AbsPath::literal("/home/u/code/lab"), {".env", "poetry.lock", "uv.lock"});
  (void)fs.glob(AbsPath::literal("/home/u/code/lab"), "**/.env", 256);
  (void)fs.version_output(AbsPath::literal("/usr/bin/firejail"));
  (void)fs.stamp(AbsPath::literal("/usr/bin/psbc"));
  return facts;
}

struct Row {
  const char* sentence;
  std::function<void(Scene&)> flip;
};

const std::vector<Row> rows = {
    {"`~/code/lab/.python-sandbox.toml` changed",
     [](Scene& s) { s.fs.at("/home/u/code/lab/.python-sandbox.toml").content += "#"; }},
    {"`~/code/lab/.python-sandbox.toml` is now too large to be read",
     [](Scene& s) { s.fs.at("/home/u/code/lab/.python-sandbox.toml").content.assign(65537, '#'); }},
    {"`~/.vimrc` cannot be read now: permission denied", [](Scene& s) { s.fs.unreadable("/home/u/.vimrc"); }},
    {"`~/.netrc` can be read now (could not be at the last build)",
     [](Scene& s) { s.fs.at("/home/u/.netrc").failure = 0; }},
    {"`~/.vimrc` disappeared (was a file)", [](Scene& s) { s.fs.remove("/home/u/.vimrc"); }},
    {"`~/.aws` appeared (was absent at the last build)", [](Scene& s) { s.fs.directory("/home/u/.aws"); }},
    {"`~/.aws` appeared (was absent at the last build)", [](Scene& s) { s.fs.link("/home/u/.aws", "x"); }},
    {"`~/.config` now points to `dotfiles` (was a directory)",
     [](Scene& s) { s.fs.remove("/home/u/.config").link("/home/u/.config", "dotfiles"); }},
    {"`~/.config` now points to `dot\\u{202e}\\x1b[2J` (was a directory)",
     [](Scene& s) { s.fs.remove("/home/u/.config").link("/home/u/.config", "dot\u202e\x1b[2J"); }},
    {"`~/.vimrc` is now a directory (was a file)", [](Scene& s) { s.fs.directory("/home/u/.vimrc", 0644); }},
    {"`~/.vimrc` is now something else (was a file)", [](Scene& s) { s.fs.other("/home/u/.vimrc"); }},
    {"`~/code/lab` disappeared (was a directory)", [](Scene& s) { s.fs.remove("/home/u/code/lab"); }},
    {"`~/.tmux.conf` now points to `other` (was `dotfiles/tmux.conf`)",
     [](Scene& s) { s.fs.link("/home/u/.tmux.conf", "other").file("/home/u/dotfiles/other"); }},
    {"`~/.tmux.conf` is now a file (was a link)",
     [](Scene& s) { s.fs.file("/home/u/.tmux.conf", "new", 0777); }},
    {"`~` now has 8 entries (had 7)", [](Scene& s) { s.fs.directory("/home/u/photos"); }},
    {"`~/.config` now has 2 entries (had 1)", [](Scene& s) { s.fs.directory("/home/u/.config/emacs"); }},
    {"names in `~` changed", [](Scene& s) { s.fs.remove("/home/u/music").directory("/home/u/films"); }},
    {"`~/.vimrc` now has mode 0600 (had 0644)",
     [](Scene& s) { s.fs.at("/home/u/.vimrc").ownership.mode = 0600; }},
    {"`~/.vimrc` now belongs to another user or group",
     [](Scene& s) { s.fs.at("/home/u/.vimrc").ownership.uid = 0; }},
    {"`~/code/lab/.env` now has 2 hard links (had 1)",
     [](Scene& s) { s.fs.at("/home/u/code/lab/.env").links = 2; }},
    {"`**/.env` in `~/code/lab` now matches 2 paths (matched 1)",
     [](Scene& s) { s.fs.file("/home/u/code/lab/web/.env"); }},
    {"`~/code/lab/.env` disappeared (was a file)", [](Scene& s) { s.fs.remove("/home/u/code/lab/.env"); }},
    {"`~/code/lab/uv.lock` appeared (was absent at the last build)",
     [](Scene& s) { s.fs.file("/home/u/code/lab/uv.lock"); }},
    {"firejail was upgraded or replaced", [](Scene& s) { s.fs.at("/usr/bin/firejail").stamp = "f2"; }},
    {"`/usr/bin/firejail` disappeared", [](Scene& s) { s.fs.remove("/usr/bin/firejail"); }},
    {"psbc itself changed", [](Scene& s) { s.fs.at("/usr/bin/psbc").stamp = "p2"; }},
    {"psbc itself changed", [](Scene& s) { s.constants["psbc"] = "build-2"; }},
    {"psbc itself changed",
     [](Scene& s) {
       s.constants = {{"psbc", "build-2"}, {"schema", "s2"}, {"template", "t2"}};
     }},
    {"the template changed", [](Scene& s) { s.constants["template"] = "t2"; }},
    {"the schema changed", [](Scene& s) { s.constants.erase("schema"); }},
    {"the catalogue changed", [](Scene& s) { s.constants["catalogue"] = "c1"; }},
    {"the variable PSBC_ENVS_PATH changed",
     [](Scene& s) {
       s.env = base::Env(Variables{{"PSBC_ENVS_PATH", "/else"}});
     }},
    {"the variable PSBC_ENVS_PATH is not set any more", [](Scene& s) { s.env = base::Env(); }},
    {"the variable PYSANDBOX_ENVS_PATH is set now (was unset at the last build)",
     [](Scene& s) {
       s.env = base::Env(Variables{{"PSBC_ENVS_PATH", "/data/envs"}, {"PYSANDBOX_ENVS_PATH", ""}});
     }},
};

} // namespace

TEST_CASE("an unchanged world has no differences, and neither has one that nobody asked about") {
  Scene scene;
  const auto facts = ask_all(scene);
  CHECK(facts.size() < 100);
  CHECK(scene.explain(facts, scene.env).empty());
  scene.fs.file("/home/u/.config/nvim/init.lua").file("/etc/motd", "hello").file("/home/u/code/lab/main.py");
  CHECK(scene.explain(facts, base::Env(Variables{{"PSBC_ENVS_PATH", "/data/envs"}, {"LANG", "tr_TR"}}))
            .empty());
}

TEST_CASE("one thing that changed in the world is one sentence") {
  for (const Row& row : rows) {
    Scene scene;
    const auto facts = ask_all(scene);
    row.flip(scene);
    CAPTURE(row.sentence);
    CHECK(scene.explain(facts, scene.env) == std::vector<std::string>{row.sentence});
  }
}

TEST_CASE("a change that is taken back leaves nothing to say") {
  Scene scene;
  const auto facts = ask_all(scene);
  scene.fs.remove("/home/u/.vimrc");
  CHECK_FALSE(scene.explain(facts, scene.env).empty());
  scene.fs.file("/home/u/.vimrc", "set nu");
  CHECK(scene.explain(facts, scene.env).empty());
}

TEST_CASE("things that changed independently are said one by one, in the order of the build") {
  Scene scene;
  const auto facts = ask_all(scene);
  scene.fs.at("/home/u/.vimrc").content = "set nonu";
  scene.fs.at("/home/u/.vimrc").ownership.mode = 0666;
  scene.fs.file("/home/u/code/lab/.python-sandbox.toml", "name = 'x'\n").directory("/home/u/.aws");
  scene.constants["template"] = "t2";
  CHECK(scene.explain(facts, scene.env) == std::vector<std::string>{
                                               "the template changed",
                                               "`~/code/lab/.python-sandbox.toml` changed",
                                               "`~/.vimrc` changed",
                                               "`~/.vimrc` now has mode 0666 (had 0644)",
                                               "`~/.aws` appeared (was absent at the last build)",
                                           });
}

TEST_CASE("what holds until a day is stale when the day is over") {
  Scene scene;
  trace::Facts facts;
  trace::note_constants(facts, scene.constants);
  trace::note_day(facts, "2999-12-31");
  CHECK(scene.explain(facts, scene.env).empty());
  facts.push_back({trace::FactKind::day, "2001-12-31", "", trace::not_over}); // as a build of that year noted it
  const auto why = scene.explain(facts, scene.env);
  REQUIRE(why.size() == 1);
  CHECK(why[0] == "the day 2001-12-31 is over, until which your organisation's policy made an exception");
}

TEST_CASE("an appeared path does not hide another one beside it") {
  Scene scene;
  const auto facts = ask_all(scene);
  scene.fs.directory("/home/u/.aws").directory("/home/u/photos");
  CHECK(scene.explain(facts, scene.env) == std::vector<std::string>{
                                               "`~/.aws` appeared (was absent at the last build)",
                                               "`~` now has 9 entries (had 7)",
                                           });
}
