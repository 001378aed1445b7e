// SPDX-License-Identifier: MIT
#include "policy/git_remotes.h"

#include "support/catch.h"
#include "support/memory_fs.h"

using namespace psbc;
using base::AbsPath;

TEST_CASE("a token in a remote's URL is found by line and remote, said without it, with what to type") {
  test::MemoryFs fs;
  fs.file("/home/u/lab/.git/config", "[core]\n\tbare = false\n[remote \"up stream\"]\n\turl = https://me:hunter2secret@git.example/me/x.git\n\tfetch = +refs/*:refs/*\n"
                                     "[branch \"main\"]\n\tremote = up stream\n[http]\n\textraheader = AUTHORIZATION: basic dXNlcjpodW50ZXIyMzQ1\n");
  fs.file("/home/u/lab/.git/modules/sub/config", "[remote \"origin\"] url = \"https://ghp_a1B2c3D4e5F6g7H8i9J0a1B2c3D4e5F6g7H8@github.com/x/y\"\n");
  const auto settings = policy::git_settings({"/home/u/lab/.git/config", "/home/u/lab/.git/hooks", "/home/u/lab/.git/modules/sub/config", "/srv/top/.git"});
  REQUIRE(settings.size() == 3);
  CHECK(settings[2].string() == "/srv/top/.git/config");
  const auto found = policy::find_remote_secrets(fs, settings);
  REQUIRE(found.size() == 3);
  const auto home = AbsPath::literal("/home/u");
  CHECK(policy::describe(found[0], home) ==
        "~/lab/.git/config:4: what runs inside can read the secret in the URL of the remote `up stream`; psbc fix moves it to your credential helper, or: "
        "git -C '/home/u/lab' remote set-url 'up stream' 'https://git.example/me/x.git'");
  CHECK(found[1].line == 9);
  CHECK(found[1].url.empty());
  CHECK(policy::describe(found[1], home).find("~/.gitconfig or a credential helper") != std::string::npos);
  CHECK(found[2].remote == "origin");
  CHECK(found[2].url == "https://github.com/x/y");
  for (const auto& each : found)
    for (const char* secret : {"hunter2", "dXNlcjpo", "a1B2c3"}) CHECK(policy::describe(each, home).find(secret) == std::string::npos);
}

TEST_CASE("harmless settings of git have no finding") {
  test::MemoryFs fs;
  fs.file("/r/.git/config", "[remote \"origin\"]\n\turl = git@github.com:me/x.git\n[remote \"b\"]\n\turl = https://me@github.com/me/x\n\tpushurl = ssh://git@h:22/x\n"
                            "[credential]\n\thelper = store\n[user]\n\tsigningkey = ABCDEF0123456789\n[submodule \"s\"]\n\turl = ../s\n");
  CHECK(policy::find_remote_secrets(fs, {AbsPath::literal("/r/.git/config"), AbsPath::literal("/absent/config")}).empty());
}

TEST_CASE("a URL without its credentials") {
  CHECK(policy::without_credentials("https://u:p@h/x@y") == "https://h/x@y");
  CHECK(policy::without_credentials("https://u:p@x@h:8/") == "https://h:8/");
  CHECK(policy::without_credentials("https://h/") == "https://h/");
  CHECK(policy::without_credentials("git@h:x") == "git@h:x");
}
